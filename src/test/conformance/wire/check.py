"""Replays requests recorded against vLLM and compares the shapes of the answers.

Usage: check.py [FOLDER]. FOLDER holds NAME.request and NAME.response pairs (default: recorded/, taken
from vLLM 0.32 serving SmolLM2). BASE_URL (default http://127.0.0.1:8000/v1) and MODEL (default: the
first one listed) choose the server and the model.

Compared are status, media type, key sets, JSON types, key order, the order of a stream's events, and
the values listed in EXACT; texts and log-probabilities are not, as the models' weights differ. Where
the server differs from vLLM on purpose, a table below says so and why, and the difference itself is
then required. Prints one line per case and exits with 1 if any failed.
"""

import http.client
import json
import os
import pathlib
import re
import sys
import urllib.parse

BASE_URL = urllib.parse.urlsplit(os.environ.get("BASE_URL", "http://127.0.0.1:8000/v1"))
RECORDED_MODEL = "smollm2-135m"
TIMEOUT_SECONDS = 120

# ---- Differences on purpose --------------------------------------------------------------------

# Errors carry OpenAI's fields, which client libraries map to exceptions: `type` is one of OpenAI's,
# `code` a string for programs or null. vLLM sends Python exception names and the status once more.
ERROR_TYPE = {400: "invalid_request_error", 404: "invalid_request_error", 405: "invalid_request_error"}
ERROR_CODE = {
    "chat-json-schema": "unsupported_parameter",
    "err-bad-json": "invalid_json",
    "err-bad-model": "model_not_found",
    "err-bad-model-get": "model_not_found",
    "err-context": "context_length_exceeded",
    "err-tools-no-parser": "unsupported_parameter",
}
# The field at fault, where vLLM names none, another one, or a position in the JSON text.
ERROR_PARAM = {
    "chat-json-schema": "response_format",
    "err-bad-json": None,
    "err-bad-model-get": "model",
    "err-empty-messages": "messages",
    "err-n0": "n",
    "err-tools-no-parser": "tools",
    "err-top-logprobs": "top_logprobs",
}
# A known field that changes the output and is not supported is refused; to ignore it would be a wrong answer.
STATUS = {"chat-json-schema": 400}

# Requests that depend on how the recorded server was set up.
REQUEST_EDIT = {"err-context": ('"max_tokens":5000', '"max_tokens":50000000')}  # it had a context of 2048

# Keys of vLLM that are left out: pattern of the path -> why.
LEFT_OUT = {
    r"choices\[\]\.routed_experts": "no mixture of experts",
    r"(choices\[\]\.)?prompt_logprobs(\[\].*)?": "a prompt's log-probs come with echo, in logprobs",
    r"prompt_text|metrics|kv_transfer_params|ec_transfer_params": "vLLM's own features",
    r"(choices\[\]\.)?prompt_token_ids": "only on request (return_token_ids)",
    r"data\[\]\.permission(\[\].*)?": "OpenAI dropped it",
    r"service_tier": "text completions have none in OpenAI's interface",
}
# Keys that a stream's events leave out while they are null: they are sent per token.
LEFT_OUT_OF_EVENTS = {
    r"choices\[\]\.(token_ids|stop_reason)": "sent when there is something to say",
    r"prompt_text|prompt_token_ids": "as above",
}
# Null in the recording, filled here.
FILLED = {
    r"usage\.prompt_tokens_details": "object",  # vLLM fills it with --enable-prompt-tokens-details
}
# Keys that vLLM does not send.
ADDED = {
    r"usage\.prompt_tokens_details(\.cached_tokens)?": "the prefix cache's share",
    r"usage\.completion_tokens_details": "OpenAI sends it",
    r"status": "GET /health says so in JSON, as llama.cpp does; vLLM's body is empty",
    r"prompt_token_ids": "null until asked for",
}
# Objects whose keys may come in any order: one record serves whole and streamed text completions.
ANY_ORDER = {r"choices\[\]"}

# ---- Compared by value too -----------------------------------------------------------------------

EXACT = {
    r"object|choices\[\]\.(index|(message|delta)\.role)|data\[\]\.object",
    r"usage\.prompt_tokens",  # the same tokenizer and chat template
    r"count|tokens\[\]|prompt",
}
# Objects whose keys are tokens.
MAPS = re.compile(r".*logprobs\.top_logprobs\[\]|.*prompt_logprobs\[\]")


def matches(path, patterns):
    return any(re.fullmatch(pattern, path) for pattern in patterns)


class Answer:
    """Status, headers (names in lower case) and body text of one response."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def media_type(self):
        return self.headers.get("content-type", "").split(";")[0]

    @property
    def is_stream(self):
        return self.media_type == "text/event-stream"


def read_recorded(file):
    head, _, body = file.read_text().partition("\n\n")
    status, *lines = head.splitlines()
    headers = dict(re.split(r":\s*", line, maxsplit=1) for line in lines)
    return Answer(int(status.split()[1]), {name.lower(): value for name, value in headers.items()}, body)


def send(method, path, body):
    connection = http.client.HTTPConnection(BASE_URL.netloc, timeout=TIMEOUT_SECONDS)
    headers = {"Content-Type": "application/json"} if body else {}
    if "API_KEY" in os.environ:
        headers["Authorization"] = "Bearer " + os.environ["API_KEY"]
    try:
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        text = response.read().decode()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)
    finally:
        connection.close()


def replay(case, file, model):
    first, _, body = file.read_text().partition("\n")
    method, path = first.split()
    body = body.strip().replace(json.dumps(RECORDED_MODEL), json.dumps(model))
    if case in REQUEST_EDIT:
        old, new = REQUEST_EDIT[case]
        if old not in body:
            raise ValueError(f"{file}: no {old} to replace")
        body = body.replace(old, new)
    return send(method, path, body)


def type_name(value):
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")


class Shape:
    """What a JSON document looks like: types and values by path, keys by object; `[]` stands for every item."""

    def __init__(self, document=None):
        self.types = {}
        self.values = {}
        self.keys = {}
        if document is not None:
            self.add("", document)

    def add(self, path, value):
        self.types.setdefault(path, set()).add(type_name(value))
        if isinstance(value, dict):
            for key, item in value.items():
                key = "*" if MAPS.fullmatch(path) else key
                keys = self.keys.setdefault(path, [])
                if key not in keys:
                    keys.append(key)
                self.add(f"{path}.{key}".lstrip("."), item)
        elif isinstance(value, list):
            for item in value:
                self.add(path + "[]", item)
        else:
            self.values.setdefault(path, []).append(value)


def differences(expected, actual, left_out):
    """Compares two shapes; yields what differs without a table's leave."""
    for path, types in expected.types.items():
        if path not in actual.types:
            if not matches(path, left_out):
                yield f"{path} is missing"
        elif actual.types[path] != types and not is_filled(path, actual.types[path]):
            yield f"{path} is {names(actual.types[path])}, vLLM's {names(types)}"
        elif matches(path, EXACT) and actual.values.get(path) != expected.values.get(path):
            yield f"{path} is {actual.values.get(path)}, vLLM's {expected.values.get(path)}"
    for path in actual.types:
        if path not in expected.types and not matches(path, ADDED):
            yield f"{path} is not in vLLM's"
    for path, keys in expected.keys.items():
        ours = [key for key in actual.keys.get(path, []) if key in keys]
        if ours != [key for key in keys if key in ours] and not matches(path, ANY_ORDER):
            yield f"{path or 'top'} has its keys in another order: {ours}"


def is_filled(path, types):
    return any(re.fullmatch(pattern, path) and types == {kind} for pattern, kind in FILLED.items())


def names(types):
    return " or ".join(sorted(types))


def event_kind(data):
    """The part an event plays in a stream: role, delta, finish, usage, error or done."""
    if data == "[DONE]":
        return "done"
    event = json.loads(data)
    if "error" in event:
        return "error"
    if not event["choices"]:
        return "usage"
    choice = event["choices"][0]
    if choice["finish_reason"]:
        return "finish"
    return "role" if choice.get("delta", {}).get("role") else "delta"


def read_events(body):
    """Kinds in order with repeats collapsed, and the shape of each kind. Comments (keep-alives) are not events."""
    order, shapes = [], {}
    for line in body.splitlines():
        if not line.startswith("data:"):
            continue
        data = line.removeprefix("data:").strip()
        kind = event_kind(data)
        if not order or order[-1] != kind:
            order.append(kind)
        if kind != "done":
            shapes.setdefault(kind, Shape()).add("", json.loads(data))
    return order, shapes


def stream_differences(recorded, answer):
    expected_order, expected = read_events(recorded.body)
    order, shapes = read_events(answer.body)
    if order != expected_order:
        yield f"events come as {' '.join(order)}, vLLM's as {' '.join(expected_order)}"
    for kind, shape in shapes.items():
        for difference in differences(without_counts(expected.get(kind, Shape())), without_counts(shape), {**LEFT_OUT, **LEFT_OUT_OF_EVENTS}):
            yield f"{kind} event: {difference}"


def without_counts(shape):
    """Forgets how often a value came: the number of events depends on the text."""
    shape.values = {path: sorted(set(values), key=repr) for path, values in shape.values.items()}
    return shape


def error_differences(case, status, recorded, answer):
    error = json.loads(answer.body).get("error")
    if not isinstance(error, dict) or list(error) != ["message", "type", "param", "code"]:
        yield f"the body is not OpenAI's error: {answer.body[:200]}"
        return
    if not isinstance(error["message"], str) or len(error["message"]) < 10:
        yield f"message says nothing: {error['message']!r}"
    expected = {
        "type": ERROR_TYPE[status],
        "param": ERROR_PARAM[case] if case in ERROR_PARAM else recorded_param(recorded),
        "code": ERROR_CODE.get(case),
    }
    for field, value in expected.items():
        if error[field] != value:
            yield f"error.{field} is {error[field]!r}, expected {value!r}"


def recorded_param(recorded):
    param = json.loads(recorded.body).get("error", {}).get("param")
    return param and param.removeprefix("body.")


def case_differences(case, recorded, answer):
    status = STATUS.get(case, recorded.status)
    if answer.status != status:
        yield f"status is {answer.status}, expected {status}: {answer.body[:200]}"
        return
    if recorded.media_type and answer.media_type != recorded.media_type:
        yield f"media type is {answer.media_type!r}, vLLM's {recorded.media_type!r}"
        return
    if recorded.headers.get("allow") != answer.headers.get("allow"):
        yield f"Allow is {answer.headers.get('allow')}, vLLM's {recorded.headers.get('allow')}"
    if status >= 400:
        yield from error_differences(case, status, recorded, answer)
    elif recorded.is_stream:
        yield from stream_differences(recorded, answer)
    else:
        expected = Shape(json.loads(recorded.body) if recorded.body else {})
        yield from differences(expected, Shape(json.loads(answer.body) if answer.body else {}), LEFT_OUT)


def passes(case, folder, model):
    recorded = read_recorded(folder / f"{case}.response")
    try:
        found = list(case_differences(case, recorded, replay(case, folder / f"{case}.request", model)))
    except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
        found = [f"{type(error).__name__}: {error}"]
    print(f"{'FAIL' if found else 'ok  '} {case}" + "".join(f"\n       {difference}" for difference in found), flush=True)
    return not found


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).with_name("recorded"))
    cases = sorted(file.stem for file in folder.glob("*.request"))
    if not cases:
        sys.exit(f"{folder} holds no .request file")
    model = os.environ.get("MODEL") or json.loads(send("GET", "/v1/models", None).body)["data"][0]["id"]
    results = [passes(case, folder, model) for case in cases]
    print(f"wire: {results.count(True)} passed, {results.count(False)} failed")
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
