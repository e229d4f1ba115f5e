# Sourced by bench, bench-long and bench-peers: a server of our own on a free port, in a throwaway data folder, and the load generator.
# Loopback only. Leaves `box`, `bin`, `server` (process id) and `TANDEM_BIND`.
bin=${TANDEM_BENCH_BIN:-${CARGO_TARGET_DIR:-$HOME/.cache/tandem/target}/release}
box=$(mktemp -d "${TMPDIR:-/tmp}/tandem-bench.XXXXXX"); chmod 755 "$box"
server=
others=()
finish() {
  for pid in "$server" "${others[@]}"; do
    [ -z "$pid" ] || { kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; }
  done
  rm -rf "$box"
}
trap finish EXIT
free_port() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }
export TANDEM_BIND=127.0.0.1:$(free_port) TANDEM_DATA_DIR=$box/data TANDEM_WEB_DIR=$PWD/web/dist
ulimit -n "$(ulimit -Hn)"

# Starts the server and leaves in `took` the seconds until it is ready.
ready() {
  local started; started=$(date +%s%N)
  "$bin/tandem" serve >"$box/out" 2>"$box/err" & server=$!
  until curl -fs "http://$TANDEM_BIND/readyz" >/dev/null 2>&1; do
    kill -0 "$server" 2>/dev/null || { cat "$box/out" "$box/err"; exit 1; }
    sleep 0.05
  done
  took=$(awk -v from="$started" -v to="$(date +%s%N)" 'BEGIN { printf "%.1f", (to - from) / 1e9 }')
}
stop() { kill "$server"; wait "$server" 2>/dev/null || true; server=; }
rss() { awk '/VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }

# fixture PEOPLE NAMED: people and tasks; the first NAMED are documents for scenarios, the queue has the rest.
fixture() { "$bin/tandem" dev fixture --people "$1" --tasks "$(($2 + 3000))" --named "$2" >"$box/fixture.json"; }

# With TANDEM_BENCH_SHORT=1 every scenario is run small, to see that all of it works; the tables are printed and kept nowhere.
declare -A short=()
[ -z "${TANDEM_BENCH_SHORT:-}" ] || short=(
  [room]='--seconds 2' [rooms]='--rooms 50 --seconds 2' [saturate]='--seconds 1 --factor 4' [docs]='--shapes 100 --seconds 2'
  [idle]='--connections 500 --seconds 2' [slow-reader]='--seconds 4' [load]='--shapes 500 --opens 5' [join-storm]='--people 20 --rounds 2'
  [reconnect-storm]='--people 50 --rounds 1' [submit]='--tasks 2 --think-ms 500' [big-doc]='--updates 20000 --idle 35' [many-docs]='--documents 200 --idle 35'
)

# shortened WORD ...: what makes the scenario among these words short.
shortened() {
  local word
  for word in "$@"; do echo "${short[$word]:-}"; done
}

# load NAME [OPTIONS] SCENARIO ...: one run against our server, of at most `limit` seconds; its figures in NAME.json. A run that fails
# leaves no figures, and the table says so.
limit=400
load() {
  local name=$1; shift
  echo "$name: $*" >&2
  timeout "$limit" "$bin/tandem-loadtest" --fixture "$box/fixture.json" --server-pid "$server" --json "$box/$name.json" "$@" $(shortened "$@") >&2 ||
    echo "$name FAILED" >&2
}
