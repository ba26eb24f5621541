# strip.awk: C without comments (and, with -v blank=1, without what stands inside string and character literals),
# line by line as "file:line:code". Enough of C's lexing for our sources; no trigraphs.
FNR == 1 { comment = 0 }
{
    line = $0; out = ""; quote = ""
    while (line != "") {
        two = substr(line, 1, 2); one = substr(line, 1, 1)
        if (comment) {
            if (two == "*/") { comment = 0; line = substr(line, 3) } else line = substr(line, 2)
        } else if (quote != "") {
            if (one == "\\") { if (!blank) out = out two; line = substr(line, 3); continue }
            if (one == quote) { quote = ""; out = out one } else if (!blank) out = out one
            line = substr(line, 2)
        } else if (two == "//") break
        else if (two == "/*") { comment = 1; out = out " "; line = substr(line, 3) }
        else {
            if (one == "\"" || one == "\047") quote = one
            out = out one; line = substr(line, 2)
        }
    }
    if (out ~ /[^ \t]/) print FILENAME ":" FNR ":" out
}
