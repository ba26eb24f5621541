#!/bin/bash
# po.sh update        takes new messages from src/ into assets/po/weike.pot and assets/po/zh_CN.po (then translate them)
# po.sh extract FILE  writes the messages of ./src to FILE, for lint.sh; an empty file if there are none
set -euo pipefail
export LC_ALL=C.UTF-8

extract() { # run in the root of the sources
    local sources
    : >"$1"
    mapfile -t sources < <(find src -name '*.[ch]' | sort)
    [ ${#sources[@]} -gt 0 ] || return 0
    xgettext --language=C --from-code=UTF-8 --no-wrap --sort-by-file --add-comments=Translators \
        --keyword --keyword=tr --keyword=tr_n:1,2 --keyword=TR_MARK --flag=ui_fmt:2:c-format --flag=mem_printf:1:c-format \
        --package-name=weike --copyright-holder='the Weike authors' --output="$1" "${sources[@]}"
    # The date would change with every run and mean nothing.
    sed -i '/^"POT-Creation-Date:/d' "$1"
}

update() {
    cd "$(dirname "$0")/../.."
    mkdir -p assets/po
    extract assets/po/weike.pot
    if [ ! -f assets/po/zh_CN.po ]; then
        msginit --no-translator --locale=zh_CN.UTF-8 --no-wrap --input=assets/po/weike.pot --output-file=assets/po/zh_CN.po
        sed -i '/^"PO-Revision-Date:/d; s/^"Plural-Forms:.*/"Plural-Forms: nplurals=1; plural=0;\\n"/' assets/po/zh_CN.po
    else
        # No guesses: a wrong guess reads as a translation.
        msgmerge --quiet --update --backup=none --no-fuzzy-matching --no-wrap --sort-by-file assets/po/zh_CN.po assets/po/weike.pot
        msgattrib --no-obsolete --no-wrap assets/po/zh_CN.po -o assets/po/zh_CN.po
    fi
    msgfmt --statistics -o /dev/null assets/po/zh_CN.po
}

case "${1:-}" in
    extract) extract "$2" ;;
    update) update ;;
    *)
        echo "usage: po.sh update | po.sh extract FILE" >&2
        exit 2
        ;;
esac
