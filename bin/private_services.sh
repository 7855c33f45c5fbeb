# Sourced by bin/test: a Redis and a PostgreSQL of our own for one run, on loopback with random passwords, in a
# temporary folder. Sets REDIS_URL_FOR_TESTS and DATABASE_URL_FOR_TESTS; empty where the program is missing.

redis_pid="" postgres_data="" as_postgres=()
REDIS_URL_FOR_TESTS="" DATABASE_URL_FOR_TESTS=""

free_port() {
    "$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
random_password() { od -An -N 16 -tx1 /dev/urandom | tr -d ' \n'; }
accepts_connections() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Usage: start_redis FOLDER
start_redis() {
    command -v redis-server > /dev/null || return 0
    local port password try
    port=$(free_port) password=$(random_password)
    # The password stands in a file: a command line can be read by every user.
    printf '%s\n' "port $port" "bind 127.0.0.1" "requirepass $password" 'save ""' "appendonly no" "dir $1" > "$1/redis.conf"
    redis-server "$1/redis.conf" > "$1/redis.log" 2>&1 < /dev/null &
    redis_pid=$!
    for try in {1..100}; do accepts_connections "$port" && break || sleep 0.05; done
    REDIS_URL_FOR_TESTS="redis://:$password@127.0.0.1:$port/0"
}

# The newest PostgreSQL's programs: Debian keeps them out of PATH.
postgres_programs() {
    local folder newest=""
    for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V); do
        [ -x "$folder/initdb" ] && newest=$folder
    done
    printf '%s' "$newest"
}

# Usage: start_postgres FOLDER
start_postgres() {
    local programs port password
    programs=$(postgres_programs)
    [ -n "$programs" ] || return 0
    if is_root; then # PostgreSQL refuses to run as root; Debian's package brings a user for it
        as_postgres=(runuser -u postgres --)
        chown postgres "$1"
    fi
    port=$(free_port) password=$(random_password)
    printf '%s' "$password" | "${as_postgres[@]}" tee "$1/password" > /dev/null
    {
        (cd "$1" && "${as_postgres[@]}" "$programs/initdb" --pgdata "$1/data" --username replaybook \
            --auth scram-sha-256 --pwfile "$1/password" --encoding UTF8 --locale C.UTF-8 --no-sync)
        postgres_data="$1/data"
        # It lives for minutes: durability would only cost time.
        (cd "$1" && "${as_postgres[@]}" "$programs/pg_ctl" --pgdata "$1/data" --log "$1/postgres.log" -w \
            -o "-c port=$port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$1 \
                -c fsync=off -c synchronous_commit=off -c full_page_writes=off" start)
        PGPASSWORD=$password "$programs/createdb" --host 127.0.0.1 --port "$port" --username replaybook replaybook
    } > "$1/setup.log" 2>&1 < /dev/null || { cat "$1/setup.log" >&2; fail "The private PostgreSQL did not start."; }
    DATABASE_URL_FOR_TESTS="postgresql://replaybook:$password@127.0.0.1:$port/replaybook"
}

stop_private_services() {
    [ -z "$redis_pid" ] || kill "$redis_pid" 2>/dev/null || true
    [ -z "$postgres_data" ] || (cd / && "${as_postgres[@]}" "$(postgres_programs)/pg_ctl" \
        --pgdata "$postgres_data" --mode immediate stop) > /dev/null 2>&1 || true
}
