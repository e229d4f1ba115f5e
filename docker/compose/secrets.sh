#!/usr/bin/env bash
# secrets.sh [FOLDER]   make the secrets that docker/compose.yaml asks for, once. What is there already is kept: they belong to the
# data in the volumes. Needs nothing but a shell.
set -euo pipefail
folder=${1:-$(dirname "$0")/secrets}
# Containers read these files as users of their own (65532, 999, ...), so the files are open and the folder is closed.
mkdir -p "$folder"; chmod 0700 "$folder"; umask 022
random() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }
# make NAME: standard input becomes FOLDER/NAME, whole or not at all. What is not wanted is read all the same: whoever writes it would
# end with a broken pipe.
make() { if [ -e "$folder/$1" ]; then cat >/dev/null; else cat >"$folder/.part" && mv "$folder/.part" "$folder/$1"; fi; }
value() { sed -n "s/^$1=//p" "$folder/values"; }

# One line a secret; everything below is written from it.
make values <<END
superuser=$(random)
owner=$(random)
redis=$(random)
tenant_key=$(random)
jwt_secret=$(random)
metrics_token=$(random)
s3_access=$(random)
s3_secret=$(random)
END

# The settings all processes of ours share, as tandem.toml. Serving needs no password of the database: it signs in as the roles that
# \`migrate\` made, whose passwords derive from tenant_key.
ours() { cat <<END
database_url = "postgres://$1postgres:5432/tandem"
redis_url = "redis://:$(value redis)@redis:6379"
tenant_key = "$(value tenant_key)"
metrics_token = "$(value metrics_token)"
[jwt]
secret = "$(value jwt_secret)"
[s3]
access_key = "$(value s3_access)"
secret_key = "$(value s3_secret)"
END
}
ours "" | make tandem.toml
ours "tandem_owner:$(value owner)@" | make migrate.toml
value superuser | make postgres-superuser
value owner | make postgres-owner
make redis.conf <<END
requirepass $(value redis)
END
make s3.json <<END
{ "identities": [{ "name": "tandem", "credentials": [{ "accessKey": "$(value s3_access)", "secretKey": "$(value s3_secret)" }],
  "actions": ["Admin", "Read", "Write", "List", "Tagging"] }] }
END
