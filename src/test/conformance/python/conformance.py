"""Checks a server with the official OpenAI client for Python.

BASE_URL (default http://127.0.0.1:8000/v1) and MODEL (default: the first one listed) choose the server
and the model. The server must serve nobody else meanwhile: the cancel check reads its load.
Prints one line per check and exits with 1 if any failed.
"""

import os
import re
import sys
import time
import traceback
import urllib.parse
import urllib.request

import openai

BASE_URL = os.environ.get("BASE_URL", "http://127.0.0.1:8000/v1").rstrip("/")
QUESTION = [{"role": "user", "content": "What is the capital of France? Answer in one sentence."}]
PROMPT = "The capital of France is"
# Longer than any cancel may take to be seen, and within a context of 2048 tokens.
LONG_TOKENS = 1500
CANCEL_SECONDS = 3.0

# No retries: a failure must be seen, not papered over.
client = openai.OpenAI(base_url=BASE_URL, api_key=os.environ.get("API_KEY", "none"), max_retries=0, timeout=120)
MODEL = os.environ.get("MODEL") or client.models.list().data[0].id


def expect(condition, message):
    """Fails the running check; unlike assert, also under python -O."""
    if not condition:
        raise AssertionError(message)


def expect_equal(actual, expected, what):
    expect(actual == expected, f"{what}: expected {expected!r}, got {actual!r}")


def chat(**options):
    return client.chat.completions.create(**{"model": MODEL, "messages": QUESTION, "max_tokens": 32, "temperature": 0, **options})


def greedy_text():
    return chat().choices[0].message.content


def requests_running():
    """The server's own count of requests in work (Sluice and vLLM name it alike; the second name is llama.cpp's)."""
    url = urllib.parse.urljoin(BASE_URL, "/metrics")
    with urllib.request.urlopen(url, timeout=10) as response:
        text = response.read().decode()
    values = re.findall(r"^(?:vllm:num_requests_running|llamacpp:requests_processing)(?:\{.*\})? (\S+)$", text, re.MULTILINE)
    expect(values, f"{url} has no gauge vllm:num_requests_running")
    return sum(map(float, values))


def models_list_holdsTheModel():
    models = client.models.list().data
    expect(MODEL in [model.id for model in models], f"{MODEL} is not among {[model.id for model in models]}")
    expect(all(model.object == "model" for model in models), "an entry's object is not 'model'")


def models_retrieve_returnsTheModel():
    expect_equal(client.models.retrieve(MODEL).id, MODEL, "id")


def chat_nonStream_answersWithUsage():
    answer = chat()
    choice = answer.choices[0]
    expect_equal(answer.object, "chat.completion", "object")
    expect_equal(choice.message.role, "assistant", "role")
    expect(choice.message.content.strip(), "the answer is blank")
    expect(choice.finish_reason in ("stop", "length"), f"finish_reason is {choice.finish_reason}")
    usage = answer.usage
    expect(usage.prompt_tokens > 0 and usage.completion_tokens > 0, f"usage counts nothing: {usage}")
    expect_equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens, "total_tokens")


def chat_maxTokens_endsWithLength():
    answer = chat(max_tokens=2)
    expect_equal(answer.choices[0].finish_reason, "length", "finish_reason")
    expect_equal(answer.usage.completion_tokens, 2, "completion_tokens")


def chat_stream_equalsNonStream():
    chunks = list(chat(stream=True))
    expect_equal({chunk.object for chunk in chunks}, {"chat.completion.chunk"}, "objects")
    expect_equal(len({chunk.id for chunk in chunks}), 1, "number of ids in one stream")
    choices = [chunk.choices[0] for chunk in chunks if chunk.choices]
    expect_equal(choices[0].delta.role, "assistant", "role of the first chunk")
    expect(choices[-1].finish_reason, "the last choice has no finish_reason")
    expect(not any(choice.finish_reason for choice in choices[:-1]), "a finish_reason came before the last choice")
    expect(len(choices) > 3, f"{len(choices)} chunks are no stream")
    expect_equal("".join(choice.delta.content or "" for choice in choices), greedy_text(), "concatenation")


def chat_streamIncludeUsage_endsWithUsageChunk():
    *chunks, last = chat(stream=True, stream_options={"include_usage": True})
    expect_equal(last.choices, [], "choices of the usage chunk")
    expect(not any(chunk.usage for chunk in chunks), "usage came before the last chunk")
    expected = chat().usage
    expect_equal(last.usage.completion_tokens, expected.completion_tokens, "completion_tokens")
    expect_equal(last.usage.prompt_tokens, expected.prompt_tokens, "prompt_tokens")


def chat_streamWithoutIncludeUsage_hasNoUsage():
    expect(not any(chunk.usage for chunk in chat(stream=True)), "usage came unasked")


def chat_logprobs_describeTheAnswer():
    choice = chat(max_tokens=4, logprobs=True, top_logprobs=3).choices[0]
    tokens = choice.logprobs.content
    expect_equal(b"".join(bytes(token.bytes) for token in tokens).decode(), choice.message.content, "tokens' bytes")
    for token in tokens:
        expect(token.logprob <= 0, f"logprob of {token.token!r} is {token.logprob}")
        expect_equal(len(token.top_logprobs), 3, f"top_logprobs of {token.token!r}")
        expect_equal(token.top_logprobs[0].token, token.token, "most likely token at temperature 0")


def chat_streamLogprobs_equalNonStream():
    options = {"max_tokens": 4, "logprobs": True, "top_logprobs": 2}
    streamed = [
        token.token
        for chunk in chat(stream=True, **options)
        for choice in chunk.choices
        if choice.logprobs
        for token in choice.logprobs.content or []
    ]
    expect_equal(streamed, [token.token for token in chat(**options).choices[0].logprobs.content], "tokens")


def chat_nTwo_givesTwoDifferentChoices():
    answer = chat(n=2, temperature=1, seed=1)
    expect_equal([choice.index for choice in answer.choices], [0, 1], "indexes")
    first, second = (choice.message.content for choice in answer.choices)
    expect(first != second, f"both choices are {first!r}: one sample sent twice")


def chat_stop_cutsBeforeTheStopString():
    text = greedy_text()
    stop = text[len(text) // 2 :][:3]
    choice = chat(stop=[stop]).choices[0]
    expect_equal(choice.finish_reason, "stop", "finish_reason")
    expect_equal(choice.message.content, text[: text.index(stop)], f"text before {stop!r}")


def chat_streamStop_sendsNothingOfTheStopString():
    text = greedy_text()
    # Spans tokens, so that a server which sends what it should hold back is caught.
    stop = text[len(text) // 3 :][:9]
    chunks = list(chat(stop=stop, stream=True))
    streamed = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    expect_equal(streamed, text[: text.index(stop)], f"text before {stop!r}")


def chat_seed_reproducesTheAnswer():
    def sample(seed):
        return chat(temperature=1, seed=seed).choices[0].message.content

    expect_equal(sample(42), sample(42), "the same seed's second answer")
    expect(len({sample(seed) for seed in range(1, 5)}) > 1, "four seeds gave one answer: the seed has no effect")


def completions_stream_equalsNonStream():
    options = {"model": MODEL, "prompt": PROMPT, "max_tokens": 16, "temperature": 0}
    whole = client.completions.create(**options)
    expect_equal(whole.object, "text_completion", "object")
    expect(whole.choices[0].text.strip(), "the completion is blank")
    chunks = list(client.completions.create(stream=True, **options))
    expect(len(chunks) > 3, f"{len(chunks)} chunks are no stream")
    expect_equal("".join(chunk.choices[0].text for chunk in chunks if chunk.choices), whole.choices[0].text, "concatenation")


def completions_logprobs_alignWithTheText():
    choice = client.completions.create(model=MODEL, prompt=PROMPT, max_tokens=3, temperature=0, logprobs=2).choices[0]
    logprobs = choice.logprobs
    expect_equal("".join(logprobs.tokens), choice.text, "tokens")
    expect_equal(len(logprobs.token_logprobs), 3, "number of token_logprobs")
    expect_equal(logprobs.text_offset[0], 0, "first text_offset")
    expect(all(token in top for token, top in zip(logprobs.tokens, logprobs.top_logprobs)), "a chosen token is not among its top_logprobs")


def expect_error(kind, code, param, call):
    try:
        call()
    except kind as error:
        expect(type(error) is kind, f"expected {kind.__name__}, got {type(error).__name__}")
        expect_equal(error.code, code, "code")
        expect_equal(error.param, param, "param")
        expect_equal(error.type, "invalid_request_error", "type")
        return
    raise AssertionError(f"no {kind.__name__} was raised")


def unknownModel_raisesNotFound():
    expect_error(openai.NotFoundError, "model_not_found", "model", lambda: chat(model="no-such-model"))


def unknownModel_whenStreaming_raisesBeforeTheStream():
    expect_error(openai.NotFoundError, "model_not_found", "model", lambda: chat(model="no-such-model", stream=True))


def badTemperature_raisesBadRequest():
    expect_error(openai.BadRequestError, None, "temperature", lambda: chat(temperature=-1))


def tooLong_raisesBadRequestWithContextCode():
    long = [{"role": "user", "content": "word " * 200_000}]
    try:
        chat(messages=long)
    except openai.BadRequestError as error:
        expect_equal(error.code, "context_length_exceeded", "code")
        return
    raise AssertionError("200,000 words were accepted")


def cancelMidStream_freesTheServer():
    stream = chat(stream=True, max_tokens=LONG_TOKENS, extra_body={"ignore_eos": True})
    for _, _chunk in zip(range(4), stream):
        pass
    expect(requests_running() >= 1, "nothing runs in the middle of a stream: the load gauge tells nothing")
    stream.close()
    deadline = time.monotonic() + CANCEL_SECONDS
    while requests_running() > 0:
        expect(time.monotonic() < deadline, f"still running {CANCEL_SECONDS} s after the client left")
        time.sleep(0.05)
    expect(greedy_text().strip(), "the server answers no more after a cancel")


CHECKS = [
    models_list_holdsTheModel,
    models_retrieve_returnsTheModel,
    chat_nonStream_answersWithUsage,
    chat_maxTokens_endsWithLength,
    chat_stream_equalsNonStream,
    chat_streamIncludeUsage_endsWithUsageChunk,
    chat_streamWithoutIncludeUsage_hasNoUsage,
    chat_logprobs_describeTheAnswer,
    chat_streamLogprobs_equalNonStream,
    chat_nTwo_givesTwoDifferentChoices,
    chat_stop_cutsBeforeTheStopString,
    chat_streamStop_sendsNothingOfTheStopString,
    chat_seed_reproducesTheAnswer,
    completions_stream_equalsNonStream,
    completions_logprobs_alignWithTheText,
    unknownModel_raisesNotFound,
    unknownModel_whenStreaming_raisesBeforeTheStream,
    badTemperature_raisesBadRequest,
    tooLong_raisesBadRequestWithContextCode,
    cancelMidStream_freesTheServer,
]


def passes(check):
    try:
        check()
    except Exception as error:
        print(f"FAIL {check.__name__}: {type(error).__name__}: {error}", flush=True)
        if not isinstance(error, (AssertionError, openai.OpenAIError)):
            traceback.print_exc()
        return False
    print(f"ok   {check.__name__}", flush=True)
    return True


def main():
    results = [passes(check) for check in CHECKS]
    print(f"python: {results.count(True)} passed, {results.count(False)} failed")
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
