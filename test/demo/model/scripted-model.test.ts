import { expect, test } from "vitest";
import { bash, say, script } from "../../../src/demo/model/script.ts";
import { startScriptedModel } from "../../../src/demo/model/scripted-model.ts";

const user = (content: unknown) => ({ role: "user", content });
const assistant = { role: "assistant", content: "", tool_calls: [{ function: { name: "bash" } }] };
const result = (content: string) => ({ role: "tool", tool_call_id: "1", content });

async function ask(
  url: string,
  messages: readonly unknown[],
  more: object = {},
): Promise<Response> {
  return await fetch(`${url}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-from": "test" },
    body: JSON.stringify({ model: "m", messages, ...more }),
  });
}

async function chunks(response: Response): Promise<Record<string, unknown>[]> {
  const lines = (await response.text()).split("\n\n").filter((line) => line.startsWith("data: {"));
  return lines.map((line) => JSON.parse(line.slice("data: ".length)) as Record<string, unknown>);
}

test("a whole answer carries text, tool calls and usage", async () => {
  await using model = await startScriptedModel();
  model.play(() => ({ ...bash("pwd"), text: "I look.", usage: { input: 7, output: 3 } }));
  const body = await (await ask(model.url, [user("hi")])).json();
  expect(body).toMatchObject({
    object: "chat.completion",
    choices: [
      {
        message: {
          content: "I look.",
          tool_calls: [{ type: "function", function: { name: "bash" } }],
        },
        finish_reason: "tool_calls",
      },
    ],
    usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
  });
});

test("a streamed answer ends with its usage and [DONE], and its words join to the text", async () => {
  await using model = await startScriptedModel();
  model.play(() => say("Two  words,\nand more. "));
  const response = await ask(model.url, [user("hi")], { stream: true });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const copy = response.clone();
  const all = await chunks(response);
  const deltas = all.flatMap((chunk) => chunk["choices"] as { delta: { content?: string } }[]);
  expect(deltas.map(({ delta }) => delta.content ?? "").join("")).toBe("Two  words,\nand more. ");
  expect(all.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 1050 } });
  expect(await copy.text()).toMatch(/data: \[DONE\]\n\n$/);
});

test("a script plays its steps in order, from the first one again in the next turn", async () => {
  await using model = await startScriptedModel();
  model.play(script([bash("pwd"), (now) => say(`It said ${now.results.join()}.`)]));
  const conversation: unknown[] = [user("one")];
  const finish = async () => {
    const body = (await (await ask(model.url, conversation)).json()) as {
      choices: [{ message: { content: string }; finish_reason: string }];
    };
    return [body.choices[0].finish_reason, body.choices[0].message.content];
  };
  expect(await finish()).toEqual(["tool_calls", ""]);
  conversation.push(assistant, result("/here"));
  expect(await finish()).toEqual(["stop", "It said /here."]);
  conversation.push(assistant);
  expect(await finish()).toEqual(["stop", "Done."]);
  conversation.push({ role: "assistant", content: "It said /here." }, user("two"));
  expect(await finish()).toEqual(["tool_calls", ""]);
  expect(model.requests.map(({ ask: { turn, step } }) => [turn, step])).toEqual([
    [1, 0],
    [1, 1],
    [1, 2],
    [2, 0],
  ]);
});

test("what was asked is recorded in an easy shape", async () => {
  await using model = await startScriptedModel();
  await ask(
    model.url,
    [{ role: "system", content: "Be good." }, user([{ text: "a" }, { text: "b" }])],
    {
      tools: [{ type: "function", function: { name: "bash" } }],
    },
  );
  const [request] = model.requests;
  expect(request?.headers["x-from"]).toBe("test");
  expect(request?.ask).toMatchObject({
    model: "m",
    lastUser: "a\nb",
    text: "Be good.\na\nb",
    tools: ["bash"],
    title: false,
  });
});

test("a request for a title is answered by itself and recorded apart", async () => {
  await using model = await startScriptedModel();
  model.play(() => ({ status: 500 }));
  const response = await ask(model.url, [
    { role: "system", content: "You are a title generator. You output ONLY a thread title." },
    user("Generate a title for this conversation:"),
  ]);
  expect(response.status).toBe(200);
  expect(model.requests).toHaveLength(0);
  expect(model.titles).toHaveLength(1);
});

test("an error answer has the status, headers and body of the script", async () => {
  await using model = await startScriptedModel();
  model.play(() => ({ status: 429, body: { error: "slow" }, headers: { "retry-after": "5" } }));
  const response = await ask(model.url, [user("hi")], { stream: true });
  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("5");
  expect(await response.json()).toEqual({ error: "slow" });
});

test("an exception in the script is a status 500 that names it", async () => {
  await using model = await startScriptedModel();
  model.play(() => {
    throw new Error("no such step");
  });
  const response = await ask(model.url, [user("hi")]);
  expect(response.status).toBe(500);
  expect(await response.text()).toContain("no such step");
});

test("a dropped answer sends its text and cuts the connection", async () => {
  await using model = await startScriptedModel();
  model.play(() => ({ text: "half an", drop: true }));
  const response = await ask(model.url, [user("hi")], { stream: true });
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow("terminated");
});

test("closing the model ends an answer that hangs, and whoever waits for a request", async () => {
  const model = await startScriptedModel();
  model.play(() => ({ hang: true }));
  const waiting = model.until(() => false).catch(String);
  const hanging = ask(model.url, [user("hi")]).catch(String);
  await model.until((request) => request.ask.lastUser === "hi");
  await model[Symbol.asyncDispose]();
  expect(await waiting).toContain("was closed");
  expect(await hanging).toContain("fetch failed");
});

test("until finds a request that came before and one that comes later", async () => {
  await using model = await startScriptedModel();
  const later = model.until((request) => request.ask.lastUser === "two");
  await ask(model.url, [user("one")]);
  expect((await model.until((request) => request.ask.lastUser === "one")).ask.lastUser).toBe("one");
  await ask(model.url, [user("two")]);
  expect((await later).ask.lastUser).toBe("two");
});

test("its models are listed, and anything else is not found", async () => {
  await using model = await startScriptedModel();
  expect(await (await fetch(`${model.url}/models`)).json()).toMatchObject({ data: [{ id: "m" }] });
  expect((await fetch(`${model.url}/other`)).status).toBe(404);
});

test("its configuration names its address, and prices only when told", async () => {
  await using model = await startScriptedModel();
  expect(model.config()).toMatchObject({
    model: "local/m",
    provider: { local: { options: { baseURL: model.url } } },
  });
  expect(JSON.stringify(model.config())).not.toContain('"cost"');
  expect(JSON.stringify(model.config({ cost: { input: 1, output: 2 } }))).toContain('"cost"');
});
