#!/bin/bash
# Brings this server to the release that this folder holds, while it serves. Run it twice: the second time does nothing.
#   upgrade.sh             backup, migrations, then the processes one after the other
#   upgrade.sh --no-backup
#   upgrade.sh --back      the release before, at once (its code; the database stays where it is, which it can read)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

backup=yes back=
for told in "$@"; do
    case "$told" in
        --no-backup) backup= ;;
        --back) back=yes ;;
        *) stop "option inconnue : $told" ;;
    esac
done
be_root
[ -L "$ROOT/current" ] || stop "le portail n’est pas installé ici : lancez d’abord install.sh."
exec 9>"$ROOT/.lock"
flock -n 9 || stop "une autre installation est en cours."
before=$(readlink "$ROOT/current")

return_to_before() {
    switch_to "$before"
    roll || say "Le portail n’a pas repris : journalctl -u 'crrc-*' -n 100"
    stop "la version $(basename "$release") ne répond pas ; celle d’avant a repris. Journal : journalctl -u 'crrc-web@*'"
}

if [ -n "$back" ]; then
    [ -e "$ROOT/previous" ] || stop "il n’y a pas de version précédente."
    release=$(readlink "$ROOT/previous")
else
    make_release "$(dirname "$here")"
    install_files "$here"
fi
if [ "$release" = "$before" ] && [ -z "$back" ]; then
    say "Le portail est déjà à la version $(basename "$release")."
    exit 0
fi
if [ -z "$back" ]; then
    if [ -n "$backup" ] && booted; then
        grep -q '^CRRC_BACKUP_RECIPIENTS=.' /etc/crrc/crrc.env ||
            stop "aucune sauvegarde n’est réglée (CRRC_BACKUP_RECIPIENTS, docs/backups.md). Pour s’en passer : --no-backup"
        say "Sauvegarde"
        systemctl start crrc-backup.service || stop "la sauvegarde a échoué : journalctl -u crrc-backup. Rien n’a changé."
    fi
    # With the new release's own program: the one that serves goes on with the database one step further.
    say "Base de données"
    CRRC_RELEASE=$release /usr/local/bin/crrc migrate || stop "la base de données n’a pas changé de version ; le portail sert comme avant."
fi
switch_to "$release"
roll || return_to_before
ln -sfn "$before" "$ROOT/previous"
forget_old_releases
if [ -n "${nginx_changed:-}" ] && booted; then
    nginx -t -q && systemctl reload nginx
fi
say "Le portail est à la version $(basename "$release")."
