# What install.sh, upgrade.sh and crrc-restart share. Read, never run.
ROOT=/opt/crrc
KEPT=3 # releases that stay, the running one among them

say() { printf '%s\n' "$*"; }
stop() {
    printf '\nArrêt : %s\n' "$*" >&2
    exit 1
}
be_root() { [ "$(id -u)" = 0 ] || stop "il faut être root (sudo $0)."; }
booted() { [ -d /run/systemd/system ]; }

# Without systemd (a chroot, an image) everything is put in place, and nothing is started.
ctl() {
    if booted; then
        systemctl "$@"
    elif [ "$1" = enable ]; then
        shift
        systemctl enable "${@/--now/--quiet}"
    fi
}

# make_release FOLDER: a virtual environment of its own under releases/, whole or not at all. Sets $release.
make_release() {
    local from=$1 version python
    version=$(sed -n 's/^version=//p' "$from/RELEASE")
    python=$(sed -n 's/^python=//p' "$from/RELEASE")
    [[ $version =~ ^[A-Za-z0-9._-]+$ ]] || stop "$from n’est pas une version du portail (fichier RELEASE)."
    python3 -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$python')" ||
        stop "cette version a été faite pour Python $python, et ce serveur a $(python3 -V)."
    release=$ROOT/releases/$version
    [ -e "$release/.complete" ] && return
    say "Version $version : installation dans $release"
    rm -rf "$release"
    install -d -m 0755 "$ROOT" "$ROOT/releases"
    python3 -m venv "$release"
    local pip=("$release/bin/python" -m pip install -q --disable-pip-version-check --no-deps)
    # Nothing of this machine's own settings, and no registry, when the dependencies are here.
    [ -d "$from/wheels" ] && pip+=(--isolated --no-index --find-links "$from/wheels")
    "${pip[@]}" --require-hashes -r "$from/requirements.txt"
    "${pip[@]}" "$from"/crrc_portal-*.whl
    keep_assets "$release"
    touch "$release/.complete"
}

# Built files go on being served after their release has gone: their names hold their content.
keep_assets() {
    local built
    built=$(echo "$1"/lib/python3*/site-packages/app/static/build)
    install -d -m 0755 "$ROOT/assets/static/build"
    cp -rn "$built"/. "$ROOT/assets/static/build/"
    rm -f "$ROOT/assets/static/build/manifest.json" "$ROOT/assets/static/build/.stamp"
}

switch_to() { # RELEASE: in one move
    ln -sfn "$1" "$ROOT/current.new"
    mv -T "$ROOT/current.new" "$ROOT/current"
}

forget_old_releases() {
    local current path
    current=$(readlink "$ROOT/current")
    find "$ROOT/releases" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | tail -n +$((KEPT + 1)) |
        while read -r _ path; do
            [ "$path" = "$current" ] || rm -rf "$path"
        done
}

# install_files FOLDER: units, commands, nginx's shared parts. Nothing here is for the administrator to change.
install_files() {
    local here=$1
    install -d -m 0755 /usr/local/lib/crrc /usr/local/share/crrc /etc/systemd/journald.conf.d
    install -m 0644 "$here/lib.sh" /usr/local/lib/crrc/lib.sh
    install -m 0755 "$here/share/crrc" /usr/local/bin/crrc
    install -m 0755 "$here/share/crrc-restart" /usr/local/bin/crrc-restart
    install -m 0644 "$here"/share/away.* /usr/local/share/crrc/
    install -m 0644 "$here"/systemd/* /etc/systemd/system/
    install -m 0644 "$here/etc/tmpfiles.conf" /etc/tmpfiles.d/crrc.conf
    install -m 0644 "$here/etc/journald.conf" /etc/systemd/journald.conf.d/crrc.conf
    nginx_changed=
    if [ -d /etc/nginx ]; then
        nginx_file "$here/nginx/crrc-http.conf" /etc/nginx/conf.d/crrc.conf
        nginx_file "$here/nginx/crrc-proxy.conf" /etc/nginx/snippets/crrc-proxy.conf
    fi
    systemd-tmpfiles --create /etc/tmpfiles.d/crrc.conf
    ctl daemon-reload
}

nginx_file() { # FROM TO. A reload closes the connections that browsers keep: none for nothing
    cmp -s "$1" "$2" && return
    install -m 0644 "$1" "$2"
    nginx_changed=yes
}

units() { # PATTERN: those that crrc.target starts, in order
    local path
    for path in /etc/systemd/system/crrc.target.wants/$1; do
        [ -e "$path" ] && basename "$path"
    done
}

answers() { # UNIT: whether this web can serve, and what is missing when it cannot
    local number=${1#crrc-web@}
    CRRC_WEB_SOCKET=/run/crrc-web-${number%.service}/web.sock \
        "$ROOT/current/bin/python" -P -m app.probe /readyz --wait 30
}

# Web units one after the other, each ready before the next one stops; then workers and scheduler.
roll() {
    local unit
    booted || { say "systemd ne tourne pas ici : rien n’est relancé." && return; }
    for unit in $(units 'crrc-web@*'); do
        say "Relance de $unit"
        systemctl restart "$unit" || return 1
        answers "$unit" || return 1
    done
    for unit in $(units 'crrc-worker@*') $(units 'crrc-scheduler*'); do
        say "Relance de $unit"
        systemctl restart "$unit" || return 1
    done
}
