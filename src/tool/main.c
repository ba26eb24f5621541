/* main.c - weikectl: finds the command and says what there is. */
#include "base/version.h"
#include "tool/tool.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command *const commands[] = {
    &cmd_keygen, &cmd_pack, &cmd_root_init, &cmd_root_rotate, &cmd_root_sign, &cmd_root_show, &cmd_publish, &cmd_verify, &cmd_trust, &cmd_import, &cmd_status, &cmd_doctor, &cmd_member_add,
    &cmd_member_import, &cmd_member_list, &cmd_member_retire, &cmd_member_return, &cmd_report_hours, &cmd_statements, &cmd_technician_pin, &cmd_voice_list, &cmd_voice_record, &cmd_voice_pack, &cmd_config_check,
    &cmd_config_sample, &cmd_register_list, &cmd_register_csv, &cmd_register_pdf, &cmd_register_save,
    &cmd_register_verify, &cmd_register_void, &cmd_sync, &cmd_outbox, &cmd_enrol, &cmd_stick_export, &cmd_stick_import, &cmd_stick_status,
};
enum { COMMANDS = sizeof commands / sizeof *commands, OPT_HELP = 1000 };

/* ---- help ---- */

static void print_use(FILE *to, const struct command *c)
{
    fprintf(to, "weikectl %s%s%s", c->name, c->operand ? " " : "", c->operand ? c->operand : "");
    for (const struct option_spec *o = c->options; o->name; o++)
        fprintf(to, o->required ? " --%s %s" : o->arg ? " [--%s %s]" : " [--%s]", o->name, o->arg);
    fputc('\n', to);
}

static int help_all(void)
{
    puts("weikectl - make, sign, import and inspect what a Weike terminal shows\n");
    for (int i = 0; i < COMMANDS; i++)
        printf("  %-16s %s\n", commands[i]->name, commands[i]->summary);
    puts("\nweikectl COMMAND --help says more; weikectl --version prints the version.");
    return TOOL_DONE;
}

static int help_one(const struct command *c)
{
    fputs("usage: ", stdout);
    print_use(stdout, c);
    printf("%s\n", c->summary);
    for (const struct option_spec *o = c->options; o->name; o++)
        printf("  --%s%s%-*s %s\n", o->name, o->arg ? " " : "", 16 - (int)strlen(o->name) - (o->arg ? 1 : 0),
               o->arg ? o->arg : "", o->help);
    return TOOL_DONE;
}

/* ---- finding and running the command ---- */

/* `words` gets how many of argv the name takes. */
static const struct command *find(int argc, char **argv, int *words)
{
    for (int i = 0; i < COMMANDS; i++) {
        const char *name = commands[i]->name, *space = strchr(name, ' ');
        size_t first = space ? (size_t)(space - name) : strlen(name);
        if (strlen(argv[1]) != first || strncmp(argv[1], name, first) != 0)
            continue;
        *words = space ? 2 : 1;
        if (!space || (argc > 2 && strcmp(argv[2], space + 1) == 0))
            return commands[i];
    }
    return NULL;
}

/* "member" alone, or with a word that is none of its own: which there are. */
static int unknown(char **argv)
{
    size_t n = strlen(argv[1]);
    int found = 0;
    for (int i = 0; i < COMMANDS; i++)
        if (strncmp(commands[i]->name, argv[1], n) == 0 && commands[i]->name[n] == ' ')
            fprintf(stderr, "%s%s", found++ ? ", " : "weikectl: it is ", commands[i]->name);
    if (found)
        fputc('\n', stderr);
    else
        fprintf(stderr, "weikectl: there is no command \"%s\"; weikectl --help lists them\n", argv[1]);
    return TOOL_USAGE;
}

static int bad_use(const struct command *c)
{
    fputs("usage: ", stderr);
    print_use(stderr, c);
    return TOOL_USAGE;
}

static int check_use(const struct command *c, struct args *a, int argc, char **argv)
{
    int given = argc - optind;
    bool optional = c->operand && c->operand[0] == '[';
    if (given > (c->operand ? 1 : 0)) {
        fprintf(stderr, "weikectl %s: \"%s\" is one argument too many\n", c->name, argv[optind + (c->operand ? 1 : 0)]);
        return bad_use(c);
    }
    if (c->operand && given == 0 && !optional) {
        fprintf(stderr, "weikectl %s: %s is missing\n", c->name, c->operand);
        return bad_use(c);
    }
    for (int i = 0; c->options[i].name; i++)
        if (c->options[i].required && !a->value[i]) {
            fprintf(stderr, "weikectl %s: --%s %s is missing\n", c->name, c->options[i].name, c->options[i].arg);
            return bad_use(c);
        }
    a->operand = given ? argv[optind] : NULL;
    return -1;
}

/* -1: go on and run; else an exit code. argv[0] is the last word of the command's name. */
static int parse(const struct command *c, int argc, char **argv, struct args *a)
{
    struct option longs[TOOL_MAX_OPTIONS + 2] = { { "help", no_argument, NULL, OPT_HELP } };
    for (int i = 0; c->options[i].name; i++) {
        assert(i < TOOL_MAX_OPTIONS);
        longs[i + 1] = (struct option){ c->options[i].name, c->options[i].arg ? required_argument : no_argument, NULL,
                                        i };
    }
    *a = (struct args){ .command = c };
    opterr = 0;
    for (int got; (got = getopt_long(argc, argv, ":", longs, NULL)) != -1;) {
        if (got == OPT_HELP)
            return help_one(c);
        if (got == ':' || got == '?') {
            fprintf(stderr, got == ':' ? "weikectl %s: %s needs a value\n" : "weikectl %s: it has no option %s\n",
                    c->name, argv[optind - 1]);
            return bad_use(c);
        }
        a->value[got] = optarg ? optarg : "";
    }
    return check_use(c, a, argc, argv);
}

static int dispatch(int argc, char **argv)
{
    int words;
    struct args a;
    if (argc < 2)
        return tool_usage("which command? weikectl --help lists them");
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help") || !strcmp(argv[1], "-h"))
        return help_all();
    if (!strcmp(argv[1], "--version")) {
        printf("weikectl %s\n", version_text());
        return TOOL_DONE;
    }
    const struct command *c = find(argc, argv, &words);
    if (!c)
        return unknown(argv);
    int code = parse(c, argc - words, argv + words, &a);
    return code < 0 ? c->run(&a) : code;
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, "C.UTF-8"); /* names of files and people are UTF-8 whatever the shell says */
    setenv("WEIKE_LOG", "error", 0); /* what matters is said in one sentence; the log is for those who ask for it */
    int code = dispatch(argc, argv);
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == TOOL_DONE) {
        fprintf(stderr, "weikectl: writing the output failed: %s\n", strerror(errno));
        code = TOOL_FAILED;
    }
    return code;
}
