#!/bin/bash
# Installs the portal on one Debian 12 server, with its own PostgreSQL, Redis and nginx. Run it as often as you like: it
# puts back what is missing and never touches a setting that is there.
#   install.sh --host portail.exemple.fr [--smtp smtp+starttls://user:password@host:587] [--mail-from adresse]
#              [--certificate fichier --key fichier]   otherwise one of its own, that browsers will not trust
#              [--database-url … --database-owner-url …] [--redis-url …]   servers that are elsewhere
#   install.sh --packages    Debian's packages alone, and no more
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
PACKAGES=(python3 python3-venv nginx-light openssl ca-certificates systemd sudo)

host='' smtp='' mail_from='' certificate='' key='' database='' owner='' redis='' packages_only=''
while [ $# -gt 0 ]; do
    case "$1" in
        --host) host=$2 ;;
        --smtp) smtp=$2 ;;
        --mail-from) mail_from=$2 ;;
        --certificate) certificate=$2 ;;
        --key) key=$2 ;;
        --database-url) database=$2 ;;
        --database-owner-url) owner=$2 ;;
        --redis-url) redis=$2 ;;
        --packages) packages_only=yes && set -- --packages "$@" ;;
        *) stop "option inconnue : $1" ;;
    esac
    shift 2 || stop "il manque une valeur après $1."
done

check() {
    be_root
    [ -e /etc/crrc/crrc.env ] || [ -n "$host" ] || [ -n "$packages_only" ] || stop "dites le nom du portail : --host portail.exemple.fr"
    [ -z "$host" ] || [[ $host =~ ^[a-z0-9-]+(\.[a-z0-9-]+)+$ ]] || stop "« $host » n’est pas un nom de machine."
    [ -n "$certificate" ] && [ -z "$key" ] && stop "--certificate va avec --key."
    if [ -n "$database" ] && [ -z "$owner" ]; then
        stop "--database-url (rôle crrc_app) va avec --database-owner-url (rôle crrc_owner)."
    fi
    # What was chosen the first time stays.
    if [ -e /etc/crrc/crrc.env ]; then
        grep -q '^CRRC_DATABASE_URL=.*host=/var/run/postgresql' /etc/crrc/crrc.env || database=elsewhere
        grep -q '^CRRC_REDIS_URL=unix:' /etc/crrc/crrc.env || redis=elsewhere
    fi
}

packages() {
    local wanted=("${PACKAGES[@]}") one missing=()
    [ -n "$database" ] || wanted+=(postgresql postgresql-client)
    [ -n "$redis" ] || wanted+=(redis-server)
    for one in "${wanted[@]}"; do
        dpkg-query -W -f '${Status}' "$one" 2>/dev/null | grep -q 'ok installed' || missing+=("$one")
    done
    [ ${#missing[@]} = 0 ] && return
    say "Paquets de Debian : ${missing[*]}"
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

account() { # NAME COMMENT HOME
    getent passwd "$1" >/dev/null || useradd --system --user-group --no-create-home --home-dir "$3" \
        --shell /usr/sbin/nologin --comment "$2" "$1"
}

accounts() {
    account crrc 'Portail CRRC' /var/lib/crrc
    account crrc-owner 'Portail CRRC, migrations' /nonexistent
    account crrc-backup 'Portail CRRC, sauvegardes' /nonexistent
    # Who may reach the web's sockets: nginx, and nothing else of ours.
    getent group crrc-web >/dev/null || groupadd --system crrc-web
    usermod -aG crrc-web www-data
    [ -n "$redis" ] || usermod -aG redis crrc
}

settings() {
    install -d -m 0750 -o root -g root /etc/crrc
    install -d -m 0755 /var/www/crrc/.well-known/acme-challenge
    if [ ! -e /etc/crrc/crrc.env ]; then
        local cores url=${database:-postgresql+psycopg://crrc_app@/crrc?host=/var/run/postgresql}
        cores=$(nproc)
        fill "$here/etc/crrc.env" /etc/crrc/crrc.env 0600 HOST "$host" DATABASE_URL "$url" \
            REDIS_URL "${redis:-unix:///run/redis-crrc/redis.sock?db=0}" SMTP_URL "${smtp:-smtp://127.0.0.1:25}" \
            MAIL_FROM "${mail_from:-ne-pas-repondre@$host}" WEB_WORKERS "$(((cores + 1) / 2))" \
            METRICS_TOKEN "$(openssl rand -hex 24)"
        [ -n "$smtp" ] || say "Courriels : CRRC_SMTP_URL désigne cette machine ; changez-la dans /etc/crrc/crrc.env."
    fi
    if [ ! -e /etc/crrc/owner.env ]; then
        (umask 077 && printf 'CRRC_DATABASE_OWNER_URL=%s\n' \
            "${owner:-postgresql+psycopg://crrc_owner@/crrc?host=/var/run/postgresql}" >/etc/crrc/owner.env)
    fi
    if [ ! -e /etc/crrc/backup.env ]; then
        (umask 077 && printf 'CRRC_DATABASE_BACKUP_URL=%s\n' \
            "postgresql+psycopg://crrc_backup@/crrc?host=/var/run/postgresql" >/etc/crrc/backup.env)
    fi
}

fill() { # FROM TO MODE NAME VALUE…: @NAME@ by its value
    local from=$1 to=$2 mode=$3 text
    shift 3
    text=$(cat "$from")
    while [ $# -gt 0 ]; do
        text=${text//@$1@/"$2"}
        shift 2
    done
    install -m "$mode" /dev/null "$to"
    printf '%s\n' "$text" >"$to"
}

certificate() {
    install -d -m 0700 /etc/crrc/tls
    if [ -n "$certificate" ]; then
        install -m 0644 "$certificate" /etc/crrc/tls/certificate.pem
        install -m 0600 "$key" /etc/crrc/tls/key.pem
    elif [ ! -e /etc/crrc/tls/certificate.pem ]; then
        say "Certificat : provisoire, que les navigateurs refuseront. Donnez le vrai : --certificate et --key."
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$host" \
            -addext "subjectAltName=DNS:$host" -keyout /etc/crrc/tls/key.pem -out /etc/crrc/tls/certificate.pem 2>/dev/null
    fi
}

# Nobody has a password: the system's account says which role of the database it may be.
database() {
    [ -z "$database" ] || return 0
    local cluster=/etc/postgresql/15/main lines
    if ! grep -q '# crrc$' "$cluster/pg_hba.conf"; then
        lines='local crrc crrc_app,crrc_owner,crrc_backup peer map=crrc # crrc'
        sed -i "0,/^local/s//$lines\n&/" "$cluster/pg_hba.conf"
        printf '%s\n' 'crrc crrc crrc_app # crrc' 'crrc crrc-owner crrc_owner # crrc' 'crrc crrc-backup crrc_backup # crrc' \
            'crrc crrc-backup crrc_app # crrc' >>"$cluster/pg_ident.conf"
    fi
    booted || return 0
    systemctl enable -q --now postgresql
    systemctl reload postgresql
    runuser -u postgres -- env -C / "$release/bin/python" -P -c \
        'from kit.embedded.provision import provision; provision("postgresql:///postgres?host=/var/run/postgresql", "crrc")'
    /usr/local/bin/crrc migrate
}

# The keys that sign and seal are made here rather than by whoever needs them first: a backup may not write them.
keys() {
    setpriv --reuid crrc --regid crrc --init-groups -- env -C / CRRC_HOME=/var/lib/crrc "$release/bin/python" -P -c \
        'from kit import signing, vault; signing.public_key(); vault.key_names()'
}

redis_() {
    [ -z "$redis" ] || return 0
    [ -e /etc/redis/redis-crrc.conf ] || install -m 0640 -g redis "$here/etc/redis-crrc.conf" /etc/redis/redis-crrc.conf
    ctl enable -q --now redis-server@crrc
}

web_server() {
    if [ ! -e /etc/nginx/sites-available/crrc.conf ]; then
        fill "$here/nginx/site.conf" /etc/nginx/sites-available/crrc.conf 0644 HOST "$host"
    fi
    ln -sf ../sites-available/crrc.conf /etc/nginx/sites-enabled/crrc.conf
    rm -f /etc/nginx/sites-enabled/default # it would answer in our place
    sed -i 's/worker_connections 768;/worker_connections 8192;/' /etc/nginx/nginx.conf
    echo 'worker_rlimit_nofile 20000;' >/etc/nginx/modules-enabled/90-crrc.conf
    nginx -t -q
    ctl enable -q --now nginx
    ctl reload nginx
}

processes() {
    local number workers
    workers=$(nproc)
    ctl enable -q crrc.target crrc-web@1 crrc-web@2 crrc-scheduler
    if [ -z "$(units 'crrc-worker@*')" ]; then
        for ((number = 1; number <= workers; number++)); do ctl enable -q "crrc-worker@$number"; done
    fi
    ctl start crrc.target
}

check
exec 9>/run/crrc-install.lock
flock -n 9 || stop "une autre installation est en cours."
packages
[ -z "$packages_only" ] || exit 0
accounts
settings
certificate
if [ -L "$ROOT/current" ]; then
    release=$(readlink "$ROOT/current") # upgrade.sh changes it
else
    make_release "$(dirname "$here")"
    switch_to "$release"
fi
install_files "$here"
keys
database
redis_
web_server
processes
if booted; then
    for unit in $(units 'crrc-web@*'); do
        answers "$unit" || stop "$unit ne répond pas : journalctl -u $unit"
    done
    say "Le portail répond : $(sed -n 's/^CRRC_BASE_URL=//p' /etc/crrc/crrc.env)"
    say "Ensuite : crrc tenant create …, puis les sauvegardes (docs/backups.md) : systemctl enable --now crrc-backup.timer"
else
    say "Tout est en place ; systemd ne tourne pas ici, rien n’est lancé et la base n’est pas faite."
fi
