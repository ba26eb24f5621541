#include "scratch.h"

#include "pack/author/questions.h"

static void merges_languages(void **state)
{
    struct err e = ERR_INIT;
    struct question_set s;
    (void)state;
    put_text(scratch("p.webp"), "x");
    put_text(scratch("a.gift"), "// weike: id=q1 picture=p.webp\n::一::先做什么？{=挂断 ~转账}\n");
    put_text(scratch("a.en.gift"), "// weike: id=q1 picture=p.webp\n::1::What first?{=Hang up ~Transfer}\n");
    assert_fine(questions_read(scratch_dir, "a.gift", "zh-CN", &s, &e), e);
    assert_int_equal(s.count, 1);
    assert_string_equal(s.question[0].picture.name, "p.webp");
    assert_fine(questions_translate(scratch_dir, "a.en.gift", "en", &s, &e), e);
    assert_string_equal(lang_text_get(&s.question[0].prompt, "en"), "What first?");
    assert_string_equal(lang_text_get(&s.question[0].option[0].text, "zh-CN"), "挂断");
    assert_string_equal(lang_text_get(&s.question[0].option[0].text, "en"), "Hang up");
    put_text(scratch("b.en.gift"), "// weike: id=q1\n::1::What first?{=Hang up ~Transfer ~Third}\n");
    assert_refused(questions_translate(scratch_dir, "b.en.gift", "en", &s, &e), e, ERR_INVALID, "b.en.gift");
    question_set_release(&s);
}

static void reads_what_windows_saves(void **state)
{
    struct err e = ERR_INIT;
    struct question_set s;
    (void)state;
    put_text(scratch("gbk.gift"), "\xc4\xe3\xba\xc3{T}\r\n"); /* 你好 in GB18030 */
    assert_fine(questions_read(scratch_dir, "gbk.gift", "zh-CN", &s, &e), e);
    assert_string_equal(lang_text_get(&s.question[0].prompt, "zh-CN"), "你好");
    question_set_release(&s);
}

static void names_file_and_line(void **state)
{
    static const struct { const char *name, *text, *names; enum err_kind kind; } bad[] = {
        { "essay.gift", "好吗{T}\n\n写一篇{}\n", "essay.gift", ERR_UNSUPPORTED },
        { "none.gift", "只是说明\n", "none.gift", ERR_INVALID },
        { "picture.gift", "// weike: id=q1 picture=gone.webp\n好吗{T}\n", "gone.webp", ERR_MISSING },
        { "out.gift", "// weike: id=q1 picture=../gone.webp\n好吗{T}\n", "../gone.webp", ERR_UNTRUSTED },
        { "bad.json", "{\"format\":1,\"questions\":[{\"id\":\"q\",\"kind\":\"essay\"}]}", "essay", ERR_UNSUPPORTED },
        { "dup.json", "{\"format\":1,\"format\":1,\"questions\":[]}", "dup.json", ERR_INVALID },
        { "x.xml", "<quiz/>", "x.xml", ERR_UNSUPPORTED },
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = ERR_INIT;
        struct question_set s;
        put_text(scratch(bad[i].name), bad[i].text);
        bool ok = questions_read(scratch_dir, bad[i].name, "zh-CN", &s, &e);
        if (ok || !strstr(e.text, bad[i].names) || !strstr(e.text, bad[i].name) || e.kind != bad[i].kind)
            fail_msg("%s: %s \"%s\"", bad[i].name, err_kind_name(e.kind), e.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(merges_languages), cmocka_unit_test(reads_what_windows_saves),
                                        cmocka_unit_test(names_file_and_line) };
    return scratch_main(tests);
}
