package dev.sluice.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.engine.template.ReferenceCases.Case;
import dev.sluice.engine.tokenizer.PromptText;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {

  static Stream<Case> cases() {
    return Stream.concat(ReferenceCases.small(), ReferenceCases.styles());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void render_referenceCase_equalsHuggingFace(Case reference) {
    if (reference.expected() != null) {
      assertThat(render(reference)).isEqualTo(reference.expected());
    } else {
      assertThatThrownBy(() -> render(reference)).isInstanceOf(TemplateException.class);
    }
  }

  private static String render(Case reference) {
    return ChatTemplate.compile(reference.template(), ReferenceCases.constants())
        .render(reference.messages(), reference.variables())
        .text();
  }

  @Test
  void render_raisedException_hasExactlyItsMessage() {
    assertThatThrownBy(() -> render("{{ raise_exception('Roles must alternate: ' ~ 1) }}"))
        .isInstanceOf(TemplateException.class)
        .hasMessage("Roles must alternate: 1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "%d %b %Y | 05 Mar 2026",
        "%A, %B %-d %y | Thursday, March 5 26",
        "%Y-%m-%dT%H:%M:%S | 2026-03-05T14:07:09",
        "%I:%M %p %a %e %j%% | 02:07 PM Thu  5 064%",
        "%Z %z %F %T %D | UTC +0000 2026-03-05 14:07:09 03/05/26"
      })
  void render_strftimeNow_formatsTheClocksTime(String format, String expected) {
    Clock clock = Clock.fixed(Instant.parse("2026-03-05T14:07:09Z"), ZoneId.of("UTC"));
    ChatTemplate template =
        ChatTemplate.compile("{{ strftime_now('" + format + "') }}", Map.of(), clock);
    assertThat(template.render(List.of(), Map.of()).text()).isEqualTo(expected);
  }

  @Test
  void render_twice_sharesNothing() {
    ChatTemplate template =
        ChatTemplate.compile(
            "{% set _ = c.append(1) %}{% set _ = messages.append(2) %}{{ c }}{{ messages | length }}",
            Map.of("c", List.of(0)));
    assertThat(template.render(List.of(), Map.of()).text()).isEqualTo("[0, 1]1");
    assertThat(template.render(List.of(), Map.of()).text()).isEqualTo("[0, 1]1");
  }

  @Test
  void render_variableNamedAsAConstant_theConstantPrevails() {
    ChatTemplate template = ChatTemplate.compile("{{ bos_token }}", Map.of("bos_token", "<s>"));
    PromptText text = template.render(List.of(), Map.of("bos_token", "<x>"));
    assertThat(text).isEqualTo(PromptText.trusted("<s>"));
  }

  @Test
  void render_valueThatIsNotPlainData_isRefused() {
    ChatTemplate template = ChatTemplate.compile("{{ x }}", Map.of());
    assertThatThrownBy(() -> template.render(List.of(), Map.of("x", Thread.currentThread())))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("java.lang.Thread");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a\\n{% include 'x' %} | line 2: unknown tag 'include'",
        "{% import 'x' as y %} | unknown tag 'import'",
        "{% extends 'x' %} | unknown tag 'extends'",
        "{% call f() %}{% endcall %} | unknown tag 'call'",
        "{{ x is nope }} | line 1: unknown test 'nope'",
        "\\n\\n{{ nope() }} | line 3: unknown function 'nope'",
        "{{ 1 + }} | unexpected '}}'",
        "{{ 'a }} | line 1: a string is not closed",
        "{{ (1 }} | unexpected '}'",
        "{{ 1 ) }} | unexpected ')'",
        "{{ [1, } | unexpected '}'",
        "{% if true %}x | ends where one of [elif, else, endif] is needed",
        "{% for x in y %}x{% endif %} | unknown tag 'endif'",
        "{% endfor %} | unknown tag 'endfor'",
        "{% break %} | outside a loop",
        "{% for x in y recursive %}{% endfor %} | recursive loops are not supported",
        "{# x | a comment is not closed",
        "{% raw %} x | a raw block is not closed",
        "{{ 99999999999999999999 }} | exceeds 64 bits",
        "{{ a[] }} | unexpected",
        "{{ f(a=1, 2) }} | a positional argument follows a named one",
        "{% set %} | unexpected",
        "{{ 'a\\xg' }} | malformed escape",
        "{{ ? }} | unexpected character '?'",
        "{{ | '}}' is missing"
      })
  void compile_malformedOrUnknown_isRefusedWithItsPlace(String source, String problem) {
    String template = source.replace("\\n", "\n");
    assertThatThrownBy(() -> ChatTemplate.compile(template, Map.of()))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void compile_unknownFilter_isRefusedWithItsLine() {
    assertThatThrownBy(() -> ChatTemplate.compile("\n{{ x | nope }}", Map.of()))
        .hasMessage("chat template, line 2: unknown filter 'nope'");
  }

  @Test
  void compile_tooLong_isRefused() {
    assertThatThrownBy(() -> ChatTemplate.compile("x".repeat(10_000_000), Map.of()))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("10000000");
  }

  static Stream<String> deep() {
    return Stream.of(
        "{{ " + "(".repeat(20_000) + "1" + ")".repeat(20_000) + " }}",
        "{{ " + "[".repeat(20_000) + "]".repeat(20_000) + " }}",
        "{{ " + "{1:".repeat(20_000) + "1" + "}".repeat(20_000) + " }}",
        "{{ " + "not ".repeat(20_000) + "1 }}",
        "{{ " + "-".repeat(20_000) + "1 }}",
        "{{ " + "1 if x else ".repeat(10_000) + "1 }}",
        "{{ " + "f(".repeat(20_000) + ")".repeat(20_000) + " }}",
        "{{ " + "a[".repeat(20_000) + "1" + "]".repeat(20_000) + " }}",
        "{% if x %}".repeat(10_000),
        "{% for x in y %}".repeat(10_000),
        "{% set " + "(".repeat(20_000) + "a" + ")".repeat(20_000) + " = 1 %}",
        "{{ x" + ".a".repeat(20_000) + " }}",
        "{{ 1" + " + 1".repeat(20_000) + " }}",
        "{{ 1" + " and 1".repeat(20_000) + " }}",
        "{{ 1" + "|string".repeat(20_000) + " }}",
        "{{ 1" + " is string".repeat(20_000) + " }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(x=m()) %}{% endmacro %}{{ m() }}",
        "{% set a = [] %}{% set _ = a.append(a) %}{{ a }}",
        "{% set a = [] %}{% set _ = a.append(a) %}{{ a | tojson }}",
        "{% set a = [] %}{% set _ = a.append(a) %}{% set b = [a] %}{{ a == b }}");
  }

  @ParameterizedTest
  @MethodSource("deep")
  void render_deepNesting_isRefusedOnASmallStack(String source) throws InterruptedException {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Runnable rendering = () -> render(source);
    Thread thread = new Thread(null, rendering, "small-stack", 512 * 1024);
    thread.setUncaughtExceptionHandler((t, e) -> thrown.set(e));
    thread.start();
    thread.join();
    assertThat(thrown.get()).isInstanceOf(TemplateException.class).hasMessageContaining("deep");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for i in range(10000000000) %}{% endfor %}",
        "{% for i in range(1000) %}{% for j in range(1000) %}{{ j }}{% endfor %}{% endfor %}",
        "{% for i in range(9223372036854775807) %}{% endfor %}",
        "{% set n = namespace(a=[0]) %}{% for i in range(99) %}{% set n.a = n.a + n.a %}{% endfor %}",
        "{% set n = namespace(a='ab') %}{% for i in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}",
        "{% set n = namespace(a='ab') %}{% for i in range(99) %}{% set n.a = n.a + n.a %}{% endfor %}",
        "{% set n = namespace(a='a') %}{% for i in range(99) %}{% set n.a = n.a.replace('a', 'aa') %}{% endfor %}",
        "{% set n = namespace(a='a') %}{% for i in range(99) %}{% set n.a = [n.a, n.a] | join %}{% endfor %}",
        "{% set n = namespace(a=['a']) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% endfor %}{{ n.a }}",
        "{% set n = namespace(a=['a']) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}{% endfor %}{{ n.a | tojson }}",
        "{{ 'x' * 9223372036854775807 }}",
        "{{ '' * 9223372036854775807 }}",
        "{{ [] * 9223372036854775807 }}",
        "{{ [0] * 4000000000 }}",
        "{{ 'x' | indent(9000000000) }}",
        "{{ [1] | tojson(indent=9000000000) }}",
        "{% set x = 'x' * 8000000 %}{% for i in range(900000) %}{% set y = x.strip() %}{% endfor %}",
        "{% set x = 'x' * 8000000 %}{% for i in range(900000) %}{% set y = x == x ~ '' %}{% endfor %}",
        "{% set x = 'x' * 8000000 %}{% for i in range(900000) %}{% set y = 'q' in x %}{% endfor %}",
        "{% set x = 'x' * 8000000 %}{% for i in range(900000) %}{% set y = x[1:] %}{% endfor %}",
        "{% set x = 'x' * 8000000 %}{% for i in range(900000) %}{% set y = x | length %}{% endfor %}",
        "{% set x = 'x' * 8000000 %}{% for i in range(900000) %}{% set y = x[7999999] %}{% endfor %}",
        "{% set x = 'x' * 8000000 %}{% for i in range(9) %}{{ x }}{% endfor %}",
        "{% set x = range(900000) | list %}{% for i in range(90000) %}{% set y = 5 in x %}{% endfor %}",
        "{% macro m(n) %}{{ m(n) ~ m(n) }}{% endmacro %}{{ m(1) }}"
      })
  void render_bomb_endsAtItsBudget(String source) {
    long start = System.nanoTime();
    assertThat(refusal(source).getMessage()).containsAnyOf("budget", "deep");
    assertThat(System.nanoTime() - start).isLessThan(20_000_000_000L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ ''.__class__ }}",
        "{{ messages.getClass }}",
        "{{ messages['class'] }}",
        "{{ messages.class }}",
        "{{ range.__globals__ }}",
        "{{ range.call }}",
        "{{ loop }}",
        "{{ namespace().__init__ }}",
        "{{ (1).bitCount }}",
        "{{ none.NONE }}",
        "{{ ''['getBytes'] }}",
        "{{ messages.stream }}"
      })
  void render_attributeProbe_findsNothing(String source) {
    assertThat(render(source)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ ''.__class__.__mro__ }}",
        "{{ messages.getClass() }}",
        "{{ ''.getClass().forName('java.lang.Runtime') }}",
        "{{ range }}",
        "{{ 9223372036854775807 + 1 }}",
        "{{ 3 ** 99999999999 }}",
        "{{ -9223372036854775807 - 2 }}",
        "{{ 1 // 0 }}",
        "{{ 1 % 0 }}",
        "{{ 'a' < 1 }}",
        "{{ [] + 'a' }}",
        "{{ {[]: 1} }}",
        "{{ [1][::0] }}",
        "{{ range(1, 5, 0) }}",
        "{{ ''.split('') }}",
        "{{ 'x' | map('nope') | list }}",
        "{{ [1] | select('nope') | list }}",
        "{% set a, b = [1] %}",
        "{% set x.y = 1 %}",
        "{% macro m() %}{% endmacro %}{{ m(1) }}",
        "{{ strftime_now('%Q') }}",
        "{{ (1, 2).append(3) }}"
      })
  void render_whatHasNoMeaning_isATemplateException(String source) {
    assertThat(refusal(source)).isInstanceOf(TemplateException.class);
  }

  private static TemplateException refusal(String source) {
    TemplateException refusal = catchThrowableOfType(TemplateException.class, () -> render(source));
    assertThat(refusal).as(source.substring(0, Math.min(80, source.length()))).isNotNull();
    return refusal;
  }

  private static String render(String source) {
    return ChatTemplate.compile(source, Map.of()).render(List.of(), Map.of()).text();
  }
}
