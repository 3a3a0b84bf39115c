"""Writes cases.json: templates and what Hugging Face's own renderer makes of them.

Run: pip install transformers jinja2 && python generate.py
"""
import json
import pathlib

import jinja2
from transformers.utils.chat_template_utils import _compile_jinja_template

HERE = pathlib.Path(__file__).parent
CONSTANTS = {"bos_token": "<s>", "eos_token": "</s>"}
USER = [{"role": "user", "content": "  Hi <|im_start|> \n"}]
CHAT = [
    {"role": "system", "content": " Be brief. "},
    {"role": "user", "content": "What's 2 + 2?"},
    {"role": "assistant", "content": "<think>\neasy\n</think>\n\n4"},
    {"role": "user", "content": "Grüße, 世界 😀?"},
]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather <now> & \"then\" — in °C",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "days": {"type": "integer", "default": 1.5e-5}},
                "required": ["city"],
                "additionalProperties": False,
                "examples": [],
            },
        },
    },
    {"type": "function", "function": {"name": "time", "description": "now", "parameters": {}}},
]
CALLS = [
    {"role": "user", "content": "Weather in Köln?"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "abcdefghi", "type": "function", "function": {"name": "weather", "arguments": {"city": "Köln", "days": 2}}}
        ],
    },
    {"role": "tool", "tool_call_id": "abcdefghi", "content": "{\"c\": 21.0}"},
    {"role": "assistant", "content": "21 °C"},
    {"role": "user", "content": "And <b>tomorrow</b>?"},
]
PARTS = [
    {"role": "system", "content": [{"type": "text", "text": "sys"}]},
    {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": " look "}]},
]
STYLES = ["chatml-tools", "llama3-style", "mistral-style", "gemma-style", "phi-style"]
DATA = {
    "name": "Ann", "empty": "", "n": 7, "f": 0.1, "t": True, "none": None, "text": "  héllo WORLD-wide 😀 \n",
    "list": [3, 1, 2], "words": ["b", "A", "c", "a"], "d": {"x": 1, "items": 2, "y": [1, {"z": None}]},
    "people": [{"name": "Bo", "age": 3}, {"name": "al", "age": 2}, {"name": "Cy"}],
    "big": 1e22, "tiny": 1.5e-7, "quote": "it's \"q\" \\ \t", "nested": {"a": {"b": ["c", "d"]}},
}
EXPRESSIONS = """
1 + 2 * 3 - 4 / 2
7 // 2, -7 // 2, 7 % 3, -7 % 3, 2 ** 10, 2 ** -1
7.5 // 2, -7.5 % 2, 1e3, 1_000
-n | abs
(1 + 2) ~ '3' ~ none ~ true ~ 1.0
'a' 'b' "c\\n\\t\\x41\\u00e9\\\\'"
'ab' * 3 + 'c'
[1, 2] + [3], (1, 2), (1,), ()
{'a': 1, "b": [none, true, 1.5, 'x"y']}
1 < 2 < 3, 1 < 2 > 3, 1 == 1.0, true == 1, 'a' < 'b', [1, 2] < [1, 3]
1 in list, 9 not in list, 'x' in d, 'ell' in 'hello', not 1 in list
n if t else f, (n if not t), 'x' if false
not t or n and f
undefined_name, undefined_name is defined, name is defined
undefined_name is undefined, none is none, none is not none
undefined_name | default('dflt'), empty | default('e'), empty | default('e', true), none | d('x', boolean=true)
name is string, n is number, f is float, n is integer, t is boolean, list is sequence, d is mapping, name is iterable
3 is odd, 4 is even, 9 is divisibleby 3, 3 is eq 3, 3 is ne 4, 2 is lt(3), 2 is in [1, 2]
t is true, n is true, false is false, d is sameas d
list is not mapping and list is iterable
name.upper(), name.lower(), 'ab cd-ef'.title(), 'ab cd-ef' | title, 'heLLo' | capitalize, text.capitalize()
text.strip(), text | trim, 'xxaxx'.strip('x'), 'xxaxx'.lstrip('x'), 'xxaxx'.rstrip('x'), 'xxaxx' | trim('x')
'a,b,,c'.split(','), ' a  b '.split(), 'a,b,c'.split(',', 1), 'a,b,c'.rsplit(',', 1), 'a b c'.split(' ')[-1]
'a--b'.split('--')[0], 'abc'.split('</think>')[-1]
name.startswith('A'), name.startswith(('x', 'A')), name.endswith('n')
'aXbXc'.replace('X', '--'), 'aXbXc'.replace('X', '-', 1), 'abc' | replace('b', 'B'), 'ab'.replace('', '.')
'héllo'.find('l'), 'hello'.rfind('l'), 'hello'.find('z'), 'hello'.count('l')
'a\\nb\\r\\nc\\n'.splitlines(), 'prefix-x'.removeprefix('prefix-'), 'x-suffix'.removesuffix('-suffix')
'123'.isdigit(), 'a1'.isalpha(), ' '.isspace()
', '.join(['a', 'b']), ['a', 1, none] | join('-'), people | join(',', attribute='name'), [] | join
d.items() | list, d['items'], d.keys() | list, d.values() | list, d.get('x'), d.get('q'), d.get('q', 5)
d | items | list, d | length, list | count, text | length, undefined_name | length
d.y[1].z, d['y'][0], nested.a.b[1], nested['a']['b'][-1], d.missing is defined
list[0], list[-1], list[5] is defined, name[0], name[-1], text[2:6], text[-3:]
list[1:], list[:-1], list[::-1], list[::2], list[5:], list[-2:], name[::-1], 'abcdef'[1:5:2], 'abcdef'[5:1:-2], 'abcdef'[10:], 'abc'[:none]
'😀é'[0], '😀é'[1], '😀é' | length, '😀é'[::-1]
list | first, list | last, [] | first is defined, list | sort, list | sort(reverse=true), words | sort, words | sort(case_sensitive=true)
people | map(attribute='name') | list, people | map(attribute='age', default=0) | list, words | map('upper') | join
people | selectattr('age') | list | length, people | selectattr('age', 'gt', 2) | map(attribute='name') | list
people | rejectattr('age', 'defined') | list, people | selectattr('name', 'equalto', 'Bo') | list
list | select('odd') | list, list | reject('odd') | list, [0, 1, ''] | select | list
people | sort(attribute='name') | map(attribute='name') | list
['a', 'A', 'b'] | unique | list, list | reverse | list, 'abc' | reverse, [1, [2]] | string
list | sum, list | min, list | max, people[:2] | sum(attribute='age')
'42' | int, '4x' | int, '4x' | int(7), '3.9' | int, 3.9 | int, ' 5 ' | int, '2.5' | float, 'x' | float, '1f' | float, 'ff' | int(0, 16)
d | tojson, words | tojson, quote | tojson, text | tojson, none | tojson, t | tojson, f | tojson, big | tojson, tiny | tojson
d | tojson(indent=2)
nested | tojson(indent=1), [] | tojson(indent=2), {} | tojson(indent=2), '<a href="x">&</a>' | tojson
{'b': 1, 'a': 2} | tojson(sort_keys=true), [1, 2] | tojson(separators=(',', ':')), 'é😀' | tojson(ensure_ascii=true)
quote, d, list, words, big, tiny, f, 100000.0, 1e16, 123456789012345680.0, 1e15
'a\\nb\\n\\nc' | indent, 'a\\nb' | indent(2, true), 'a\\n\\nb' | indent(2, blank=true), 'a\\n' | indent, 'a\\nb' | indent('> ')
range(3) | list, range(1, 4) | list, range(5, 0, -2) | list, range(0) | list
dict(a=1, b=2), dict(a=1).a
namespace(a=1).a, namespace(a=1).b is defined
text | upper, text | lower, 1.5 | string, true | string, ('x' | safe) ~ '', none | string, [none] | string
'İ' | lower, 'ß' | upper, 'ǆ' | title
text.strip().split(' ')[0] ~ '!' if text else ''
[1, 2, 3][1], {'a': 1}['a'], 'abc'[1], (1, 2)[0]
1 if undefined_name else 2
(none or 'x') ~ (0 and 1) ~ ('' or [])
2 + 3 | string ~ 'x'
-2 ** 2, - 3 + 5, +n, not not t
d.x + 1, true + 1, 1 - true
'%' ~ 5, "{{ not a tag }}", '{% raw %}'
'\\d\\'\\"\\0'
'a' in ['a'] and 'b' not in 'abc' or true
[ [1, 2] , [3] ] | map('length') | list, [[1, 2], [3]] | map('first') | list
x is defined and x.y is defined, d.x is defined and d.x == 1
""".strip().split("\n")
BODIES = [
    "{% for i in list %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.revindex0 }};{% endfor %}",
    "{% for i in list %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }};{% endfor %}",
    "{% for i in [] %}x{% else %}none{% endfor %}|{% for i in undefined_name %}x{% else %}u{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}{% for k in d %}{{ k }},{% endfor %}",
    "{% for (a, b), c in [((1, 2), 3)] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for i in list if i > 1 %}{{ loop.index }}:{{ i }}/{{ loop.length }} {% else %}no{% endfor %}",
    "{% for i in range(10) %}{% if i == 2 %}{% continue %}{% elif i == 5 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% for i in range(3) %}{% for j in range(3) %}{% if j > i %}{% break %}{% endif %}{{ i }}{{ j }}{{ loop.depth }} {% endfor %}{{ loop.index }}|{% endfor %}",
    "{% for i in range(3) %}{{ loop.cycle('a', 'b') }}{{ loop.changed(i // 2) }}{% endfor %}",
    "{% set x = 1 %}{% for i in range(3) %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}",
    "{% set ns = namespace(x=1, s='') %}{% for i in range(3) %}{% set ns.x = ns.x + 1 %}{% set ns.s = ns.s ~ i %}{% endfor %}{{ ns.x }}{{ ns.s }}",
    "{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set c = 1, 2 %}{{ c }}",
    "{% set x %}block {{ n }}{% endset %}[{{ x }}]{% set y | upper | trim %} shout {% endset %}[{{ y }}]",
    "{% macro m(a, b=2, c='x' ~ a) %}{{ a }}-{{ b }}-{{ c }};{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(b=1, a=2) }}{{ m(1) | upper }}{{ m() }}",
    "{% macro f(n) %}{% if n > 0 %}{{ n }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(5) }}",
    "{% set g = 5 %}{% macro m() %}{{ g }}{{ name }}{% endmacro %}{{ m() }}",
    "{% macro m(x) -%}\n  {{ x }}\n{%- endmacro %}[{{ m('a') }}]",
    "a\n  {% if true %}\n  b\n  {% endif %}\n  c\n",
    "a\n  {%- if true -%}\n  b\n  {%- endif -%}\n  c\n",
    "a\n  {%+ if true +%}\n  b\n  {%+ endif %}\n  c",
    "  {# comment #}\nx {# c #} y\n  {#- c -#}  \nz",
    "{{ 1 }}\n{{ 2 }}\n\n  {{- 3 -}}  \n{{ 4 }}\n",
    "{% if true %}{{ '\n' }}{% endif %}\nend\n\n",
    "  {% set x = 1 %}  {% set y = 2 %}\n{{ x }}",
    "x  {% if true %}y{% endif %}  z",
    "{% raw %}{{ a }}{% if %}{% endraw %}|{%- raw -%}  b  {%- endraw -%}  c",
    "\r\na\rb{% if true %}\r\nc{% endif %}",
    "{% generation %}x{% endgeneration %}{% generation -%}  y  {%- endgeneration %}",
    "{{- '' -}}{{ 'a}}b' }}{{ {'a': {'b': 1}}['a']['b'] }}",
    "{% if n > 5 and name == 'Ann' %}A{% elif n %}B{% else %}C{% endif %}{% if not n %}x{% elif none %}y{% else %}z{% endif %}",
    "{% for p in people %}{{ p.name }}{{ p['age'] }}{% if not loop.last %}, {% endif %}{% endfor %}",
    "{{ messages[0].role }}{{ messages[0]['content'] | trim }}{{ messages | length }}",
    "{% for m in messages %}{{ '<|' + m['role'] + '|>' }}{% endfor %}{{ bos_token }}{{ eos_token | upper }}",
    "{% for x in 'aé😀' %}{{ x }}.{% endfor %}",
    "{{ raise_exception('no: ' ~ n) }}",
    "{{ undefined_name.x }}",
    "{{ none.x is defined }}{{ name.x is defined }}{{ (1).x is defined }}",
    "{{ name.__class__ }}{{ ''.__class__.__mro__ }}",
    "{{ undefined_name + 1 }}",
    "{{ 1 / 0 }}",
    "{{ name() }}",
    "{{ messages.foo }}|{{ d.zzz }}|{{ d['zzz'] }}",
]


def render(template, messages, variables):
    compiled = _compile_jinja_template(template)
    try:
        return {"expected": compiled.render(messages=messages, **CONSTANTS, **variables)}
    except jinja2.exceptions.TemplateError as e:
        return {"error": str(e)}
    except Exception as e:
        return {"error": type(e).__name__}


def case(name, template, messages, variables, **where):
    return {"name": name, **where, "messages": messages, "variables": variables, **render(template, messages, variables)}


def main():
    cases = []
    for style in STYLES:
        template = (HERE / f"{style}.jinja").read_text()
        for label, messages, variables in [
            ("user", USER, {"add_generation_prompt": True}),
            ("chat", CHAT, {"add_generation_prompt": True, "enable_thinking": False}),
            ("chat-ends", CHAT[:3], {"add_generation_prompt": False}),
            ("tools", CHAT, {"add_generation_prompt": True, "tools": TOOLS}),
            ("calls", CALLS, {"add_generation_prompt": True, "tools": TOOLS, "tools_in_user_message": False}),
            ("parts", PARTS, {"add_generation_prompt": True}),
            ("wrong-order", CHAT[1:2] * 2, {}),
        ]:
            cases.append(case(f"{style}/{label}", template, messages, variables, file=f"{style}.jinja"))
    expressions = []
    for source in EXPRESSIONS:
        template = "{{ " + source + " }}"
        expressions.append({"template": template, **render(template, USER, DATA)})
    for template in BODIES:
        expressions.append({"template": template, **render(template, USER, DATA)})
    out = {"constants": CONSTANTS, "data": DATA, "messages": USER, "small": expressions, "styles": cases}
    lines = []
    for key, value in out.items():
        if isinstance(value, list):
            items = ",\n".join(json.dumps(item) for item in value)
            lines.append(f"{json.dumps(key)}: [\n{items}\n]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value)}")
    (HERE / "cases.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
