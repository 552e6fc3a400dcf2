package dev.touchstone.rewardmodel.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2025-03-04T05:06:07Z"), ZoneOffset.UTC);
    private static final Map<String, Object> VALUES = Map.of(
            "messages", List.of(message("system", "Be brief."), message("user", " false "), message("assistant", "1")));

    /** Templates and what transformers 5.18 with jinja2 3.1 renders. */
    static Stream<Arguments> renderings() {
        return Stream.of(
                Arguments.of("a\n  {% if true %}\n    b\n  {% endif %}\nc\n\n", "a\n    b\nc\n"),
                Arguments.of("a {{- 1 -}} \n b  {#- x -#}  c{%+ if true %} d{%+ endif %}", "a1bc d"),
                Arguments.of("{% raw %}{{ x }}{% endraw %}|{# {{ #}|{{ '}}' ~ '{{' }}", "{{ x }}||}}{{"),
                Arguments.of(
                        "{% for m in messages %}{{ loop.index ~ loop.index0 ~ loop.first ~ loop.last ~ (loop.previtem.role if loop.previtem is defined else '-') }};{% endfor %}",
                        "10TrueFalse-;21FalseFalsesystem;32FalseTrueuser;"),
                Arguments.of(
                        "{% for m in messages[::-1] if m.role != 'user' %}{{ m.role }}{% if loop.last %}.{% else %},{% endif %}{% else %}none{% endfor %}",
                        "assistant,system."),
                Arguments.of(
                        "{% for m in messages %}{% if m.role == 'system' %}{% continue %}{% endif %}{% generation %}{{ m.role }}{% endgeneration %}{% break %}{% endfor %}",
                        "user"),
                Arguments.of(
                        "{% set ns = namespace(n=0) %}{% set n = 0 %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% set n = 9 %}{% endfor %}{{ ns.n }}{{ n }}",
                        "30"),
                Arguments.of(
                        "{% macro turn(role, text='-', end='.') %}{{ role|upper }}:{{ text }}{{ end }}{% endmacro %}{{ turn('a') }}{{ turn('b', end='!') }}",
                        "A:-.B:-!"),
                Arguments.of(
                        "{% set block %}<b>{{ messages[0].content }}</b>{% endset %}{{ block|trim('>') }}{{ block|length }}",
                        "<b>Be brief.</b16"),
                Arguments.of(
                        "{{ messages[1].content == false }}{{ '' == false }}{{ '1' == 1 }}{{ true == 1 }}{{ messages[2].content and 'yes' }}{{ not 'false' }}",
                        "FalseFalseFalseTrueyesFalse"),
                Arguments.of(
                        "{{ none }} {{ true }} {{ 7 // 2 }} {{ 7 / 2 }} {{ -7 % 3 }} {{ 'a' + 1 ~ 2 }} {{ x }} {{ 'a' if false }}",
                        "None True 3 3.5 2 a12  "),
                Arguments.of(
                        "{{ ['it\\'s', none, 1.0, ('a',)] }} {{ messages[0] }} {{ {'k': ['<é>\\n']}|tojson }}",
                        "[\"it's\", None, 1.0, ('a',)] {'role': 'system', 'content': 'Be brief.'} {\"k\": [\"<é>\\n\"]}"),
                Arguments.of(
                        "{{ {'a': [1], 'b': {}}|tojson(indent=2) }}", "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}"),
                Arguments.of(
                        "{{ 'a b'.split()|join('-') }} {{ ' x '.strip() }}{{ 'xxaxx'.rstrip('x') }} {{ 'don\\'t stop'|title }} {{ 'don\\'t'.title() }} {{ 'héLLO'|capitalize }}",
                        "a-b xxxa Don't Stop Don'T Héllo"),
                Arguments.of(
                        "{{ messages|selectattr('role', 'equalto', 'user')|map(attribute='content')|list }} {{ messages|map(attribute='role')|join(',') }}",
                        "[' false '] system,user,assistant"),
                Arguments.of(
                        "{{ 'a<think>b</think>c'.split('</think>')[-1] }} {{ '😀é'[::-1] }}{{ '😀é'|length }} {{ 'abc'[1:] }}{{ [1, 2, 3][-1] }} {{ messages[9] is defined }}",
                        "c é😀2 bc3 False"),
                Arguments.of(
                        "{{ 'role' in messages[0] }} {{ 'x' not in 'abc' }} {{ 1 is odd }} {{ messages is iterable }} {{ messages[0] is mapping }} {{ x is not defined }} {{ none is none }}",
                        "True True True True True True True"),
                Arguments.of(
                        "{{ messages[0].get('name', 'none') }} {% for k, v in messages[0].items() %}{{ k }}={{ v }};{% endfor %}",
                        "none role=system;content=Be brief.;"),
                Arguments.of(
                        "{{ strftime_now('%d %b %Y') }} {{ x|default('d') }} {{ ''|default('e', true) }} {{ 'l1\\nl2'|indent(2) }}",
                        "04 Mar 2025 d e l1\n  l2"));
    }

    @ParameterizedTest
    @MethodSource("renderings")
    void shouldRenderToTheLetterWhenJinjaDoes(String template, String expected) throws TemplateException {
        assertThat(render(template)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ 'a' + 1 }}",
                "{{ x.y }}",
                "{{ none + 'a' }}",
                "{{ none|length }}",
                "{{ x() }}",
                "{% for a in none %}{% endfor %}",
                "{{ messages|selectattr('role')|length }}",
                "{{ 1 // 0 }}",
                "{{ 'a'|nofilter }}",
                "{{ 'a' is notest }}",
                "{{ '%s' % 'a' }}",
                "{{ 'a'.format() }}",
                "{{ ''.__class__ }}",
                "{% include 'a' %}",
                "{% if true %}",
                "{% endif %}",
                "{{ 'a }}",
                "{{ 1 1 }}",
                "{{ (1] }}",
                "{# open"
            })
    void shouldFailWhenJinjaDoesOrAPartIsNotSupported(String template) {
        assertThatThrownBy(() -> render(template)).isInstanceOf(TemplateException.class);
    }

    @Test
    void shouldSayTheTemplatesOwnWordsWhenItRaises() {
        assertThatThrownBy(() -> render("{{ raise_exception('Roles must alternate.') }}"))
                .isInstanceOf(TemplateException.class)
                .hasMessage("Roles must alternate.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
                "{% set ns = namespace(s='ab') %}{% for a in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
                "{% set ns = namespace(s=[1]) %}{% for a in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
                "{% set ns = namespace(s=[1]) %}{% for a in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
                "{% set a = namespace(s=[1]) %}{% set b = namespace(s=[1]) %}{% for c in range(99) %}"
                        + "{% set a.s = [a.s, a.s] %}{% set b.s = [b.s, b.s] %}{% endfor %}{{ a.s == b.s }}",
                "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
                "{{ 'a' * 999999999 }}",
                "{{ range(999999999) }}"
            })
    void shouldStopATemplateWhenItWouldNotEnd(String template) {
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThatThrownBy(() -> render(template)).isInstanceOf(TemplateException.class));
    }

    @Test
    void shouldRefuseATemplateWhenItIsNestedTooDeeply() {
        for (String part : List.of("(", "[", "not ", "-")) {
            assertThatThrownBy(() -> render("{{ " + part.repeat(100_000) + "1 }}"))
                    .isInstanceOf(TemplateException.class);
        }
        assertThatThrownBy(() -> render("{{ 1" + "~ 1".repeat(100_000) + " }}")).isInstanceOf(TemplateException.class);
        assertThatThrownBy(() -> render("{% if false %}" + "{% elif false %}".repeat(100_000) + "{% endif %}"))
                .isInstanceOf(TemplateException.class);
    }

    @Test
    void shouldRenderTheSameWhenThreadsShareATemplate() throws TemplateException {
        Template template = Template.of(
                "{% set n = namespace(i=0) %}{% for a in range(50) %}{% set n.i = n.i + k %}" + "{% endfor %}{{ n.i }}",
                CLOCK);
        List<String> rendered = IntStream.range(0, 200)
                .parallel()
                .mapToObj(k -> {
                    try {
                        return template.render(Map.of("k", k));
                    } catch (TemplateException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
        assertThat(rendered)
                .isEqualTo(IntStream.range(0, 200)
                        .mapToObj(k -> String.valueOf(50 * k))
                        .toList());
    }

    private static String render(String template) throws TemplateException {
        return Template.of(template, CLOCK).render(VALUES);
    }

    private static Map<String, String> message(String role, String content) {
        // In this order, in which a template may write them.
        Map<String, String> message = new java.util.LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        return message;
    }
}
