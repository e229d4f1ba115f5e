-- A label that is renamed or merged takes the rows of its regions along; nothing else of a region is ever changed.
GRANT UPDATE (label) ON regions TO tandem_server;
