/**
 * Checks a server with the official OpenAI client for JavaScript.
 *
 * BASE_URL (default http://127.0.0.1:8000/v1) and MODEL (default: the first one listed) choose the
 * server and the model. The server must serve nobody else meanwhile: the cancel check reads its
 * load. Prints one line per check and exits with 1 if any failed.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI, { BadRequestError, NotFoundError } from 'openai';

const baseURL = (process.env.BASE_URL ?? 'http://127.0.0.1:8000/v1').replace(/\/+$/, '');
const question = [{ role: 'user', content: 'What is the capital of France? Answer in one sentence.' }];
const prompt = 'The capital of France is';
// Longer than any cancel may take to be seen, and within a context of 2048 tokens.
const longTokens = 1500;
const cancelMillis = 3000;

// No retries: a failure must be seen, not papered over.
const client = new OpenAI({ baseURL, apiKey: process.env.API_KEY ?? 'none', maxRetries: 0, timeout: 120_000 });
const model = process.env.MODEL || (await client.models.list()).data[0].id;

const chat = (options = {}) =>
  client.chat.completions.create({ model, messages: question, max_tokens: 32, temperature: 0, ...options });
const chatText = async (options) => (await chat(options)).choices[0].message.content;
const collect = async (stream) => {
  const items = [];
  for await (const item of stream) items.push(item);
  return items;
};
const joined = (chunks) => chunks.flatMap((chunk) => chunk.choices).map((choice) => choice.delta.content ?? '').join('');

/** The server's own count of requests in work (Sluice and vLLM name it alike; the second name is llama.cpp's). */
async function requestsRunning() {
  const url = new URL('/metrics', baseURL);
  const text = await (await fetch(url)).text();
  const gauge = /^(?:vllm:num_requests_running|llamacpp:requests_processing)(?:\{.*\})? (\S+)$/gm;
  const values = [...text.matchAll(gauge)].map((match) => Number(match[1]));
  assert.ok(values.length, `${url} has no gauge vllm:num_requests_running`);
  return values.reduce((sum, value) => sum + value, 0);
}

async function assertRejects(kind, code, param, call) {
  await assert.rejects(call, (error) => {
    assert.equal(error.constructor, kind, `raised ${error.constructor.name}: ${error.message}`);
    assert.equal(error.code, code, 'code');
    assert.equal(error.param, param, 'param');
    assert.equal(error.type, 'invalid_request_error', 'type');
    return true;
  });
}

const checks = {
  async models_list_holdsTheModel() {
    const ids = (await collect(client.models.list())).map((entry) => entry.id);
    assert.ok(ids.includes(model), `${model} is not among ${ids}`);
  },

  async models_retrieve_returnsTheModel() {
    assert.equal((await client.models.retrieve(model)).id, model);
  },

  async chat_nonStream_answersWithUsage() {
    const { object, choices, usage } = await chat();
    assert.equal(object, 'chat.completion');
    assert.equal(choices[0].message.role, 'assistant');
    assert.ok(choices[0].message.content.trim(), 'the answer is blank');
    assert.ok(['stop', 'length'].includes(choices[0].finish_reason), `finish_reason is ${choices[0].finish_reason}`);
    assert.ok(usage.prompt_tokens > 0 && usage.completion_tokens > 0, 'usage counts nothing');
    assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens, 'total_tokens');
  },

  async chat_maxTokens_endsWithLength() {
    const { choices, usage } = await chat({ max_tokens: 2 });
    assert.equal(choices[0].finish_reason, 'length');
    assert.equal(usage.completion_tokens, 2);
  },

  async chat_stream_equalsNonStream() {
    const chunks = await collect(await chat({ stream: true }));
    assert.deepEqual([...new Set(chunks.map((chunk) => chunk.object))], ['chat.completion.chunk']);
    const choices = chunks.flatMap((chunk) => chunk.choices);
    assert.equal(choices[0].delta.role, 'assistant', 'role of the first chunk');
    assert.ok(choices.at(-1).finish_reason, 'the last choice has no finish_reason');
    assert.ok(!choices.slice(0, -1).some((choice) => choice.finish_reason), 'a finish_reason came before the last choice');
    assert.ok(choices.length > 3, `${choices.length} chunks are no stream`);
    assert.equal(joined(chunks), await chatText(), 'concatenation');
  },

  async chat_streamHelper_accumulatesTheAnswer() {
    const options = { model, messages: question, max_tokens: 32, temperature: 0 };
    const final = await client.chat.completions.stream(options).finalChatCompletion();
    assert.equal(final.choices[0].message.content, await chatText());
  },

  async chat_streamIncludeUsage_endsWithUsageChunk() {
    const chunks = await collect(await chat({ stream: true, stream_options: { include_usage: true } }));
    const last = chunks.pop();
    const { usage } = await chat();
    assert.deepEqual(last.choices, [], 'choices of the usage chunk');
    assert.ok(!chunks.some((chunk) => chunk.usage), 'usage came before the last chunk');
    assert.equal(last.usage.prompt_tokens, usage.prompt_tokens, 'prompt_tokens');
    assert.equal(last.usage.completion_tokens, usage.completion_tokens, 'completion_tokens');
  },

  async chat_streamWithoutIncludeUsage_hasNoUsage() {
    assert.ok(!(await collect(await chat({ stream: true }))).some((chunk) => chunk.usage), 'usage came unasked');
  },

  async chat_logprobs_describeTheAnswer() {
    const { choices } = await chat({ max_tokens: 4, logprobs: true, top_logprobs: 3 });
    const tokens = choices[0].logprobs.content;
    assert.equal(Buffer.from(tokens.flatMap((token) => token.bytes)).toString(), choices[0].message.content, "tokens' bytes");
    for (const token of tokens) {
      assert.ok(token.logprob <= 0, `logprob of ${token.token} is ${token.logprob}`);
      assert.equal(token.top_logprobs.length, 3, 'number of top_logprobs');
      assert.equal(token.top_logprobs[0].token, token.token, 'most likely token at temperature 0');
    }
  },

  async chat_nTwo_givesTwoDifferentChoices() {
    const { choices } = await chat({ n: 2, temperature: 1, seed: 1 });
    assert.deepEqual(choices.map((choice) => choice.index), [0, 1]);
    assert.notEqual(choices[0].message.content, choices[1].message.content, 'one sample was sent twice');
  },

  async chat_streamNTwo_streamsBothChoices() {
    const options = { n: 2, temperature: 1, seed: 1 };
    const choices = (await collect(await chat({ ...options, stream: true }))).flatMap((chunk) => chunk.choices);
    const texts = [0, 1].map((index) =>
      choices.filter((choice) => choice.index === index).map((choice) => choice.delta.content ?? '').join(''));
    assert.deepEqual(texts, (await chat(options)).choices.map((choice) => choice.message.content));
  },

  async chat_stop_cutsBeforeTheStopString() {
    const text = await chatText();
    const stop = text.slice(text.length / 2, text.length / 2 + 3);
    const { choices } = await chat({ stop: [stop] });
    assert.equal(choices[0].finish_reason, 'stop');
    assert.equal(choices[0].message.content, text.slice(0, text.indexOf(stop)), `text before "${stop}"`);
  },

  async chat_streamStop_sendsNothingOfTheStopString() {
    const text = await chatText();
    // Spans tokens, so that a server which sends what it should hold back is caught.
    const stop = text.slice(text.length / 3, text.length / 3 + 9);
    assert.equal(joined(await collect(await chat({ stop, stream: true }))), text.slice(0, text.indexOf(stop)));
  },

  async chat_seed_reproducesTheAnswer() {
    const sample = (seed) => chatText({ temperature: 1, seed });
    assert.equal(await sample(42), await sample(42), "the same seed's second answer");
    const answers = new Set();
    for (const seed of [1, 2, 3, 4]) answers.add(await sample(seed));
    assert.ok(answers.size > 1, 'four seeds gave one answer: the seed has no effect');
  },

  async completions_stream_equalsNonStream() {
    const options = { model, prompt, max_tokens: 16, temperature: 0 };
    const whole = await client.completions.create(options);
    assert.equal(whole.object, 'text_completion');
    assert.ok(whole.choices[0].text.trim(), 'the completion is blank');
    const chunks = await collect(await client.completions.create({ ...options, stream: true }));
    assert.ok(chunks.length > 3, `${chunks.length} chunks are no stream`);
    assert.equal(chunks.flatMap((chunk) => chunk.choices).map((choice) => choice.text).join(''), whole.choices[0].text);
  },

  async completions_logprobs_alignWithTheText() {
    const { choices } = await client.completions.create({ model, prompt, max_tokens: 3, temperature: 0, logprobs: 2 });
    const { tokens, token_logprobs, top_logprobs, text_offset } = choices[0].logprobs;
    assert.equal(tokens.join(''), choices[0].text);
    assert.equal(token_logprobs.length, 3);
    assert.equal(text_offset[0], 0);
    tokens.forEach((token, i) => assert.ok(token in top_logprobs[i], `${token} is not among its top_logprobs`));
  },

  async unknownModel_raisesNotFound() {
    await assertRejects(NotFoundError, 'model_not_found', 'model', () => chat({ model: 'no-such-model' }));
  },

  async unknownModel_whenStreaming_raisesBeforeTheStream() {
    await assertRejects(NotFoundError, 'model_not_found', 'model', () => chat({ model: 'no-such-model', stream: true }));
  },

  async badTemperature_raisesBadRequest() {
    await assertRejects(BadRequestError, null, 'temperature', () => chat({ temperature: -1 }));
  },

  async cancelMidStream_freesTheServer() {
    const stream = await chat({ stream: true, max_tokens: longTokens, ignore_eos: true });
    const chunks = stream[Symbol.asyncIterator]();
    for (let i = 0; i < 4; i++) await chunks.next();
    assert.ok((await requestsRunning()) >= 1, 'nothing runs in the middle of a stream: the load gauge tells nothing');
    stream.controller.abort();
    const deadline = Date.now() + cancelMillis;
    while ((await requestsRunning()) > 0) {
      assert.ok(Date.now() < deadline, `still running ${cancelMillis} ms after the client left`);
      await sleep(50);
    }
    assert.ok((await chatText()).trim(), 'the server answers no more after a cancel');
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok   ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.message}`);
  }
}
console.log(`javascript: ${Object.keys(checks).length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
