import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeEventSource } from "../testing/event-source.ts";
import { LiveStream, POLL_MS, SILENCE_MS, type Connection } from "./live-stream.ts";

const frames: unknown[] = [];
const states: Connection[] = [];
const poll = vi.fn<() => Promise<void>>();
let final = false;
let stream: LiveStream;

beforeEach(() => {
  vi.useFakeTimers();
  FakeEventSource.install();
  frames.length = 0;
  states.length = 0;
  final = false;
  poll.mockReset().mockResolvedValue(undefined);
  stream = new LiveStream({
    url: () => "/stream",
    onFrame: (kind, data, id) => frames.push([kind, data, id]),
    poll,
    isFinal: () => final,
    onConnection: (state) => states.push(state),
  });
});

afterEach(() => {
  stream.stop();
  vi.useRealTimers();
});

test("frames arrive with their kind and id, and the stream counts as live", () => {
  FakeEventSource.last.accept();
  FakeEventSource.last.send("status", { version: 1 }, "1");
  FakeEventSource.last.send("reset", { version: 2 }, "2");
  expect(frames).toEqual([
    ["status", { version: 1 }, "1"],
    ["reset", { version: 2 }, "2"],
  ]);
  expect(states.at(-1)).toBe("live");
  expect(poll).not.toHaveBeenCalled();
});

test("heartbeats keep a stream alive for as long as they come", async () => {
  FakeEventSource.last.accept();
  for (let beat = 0; beat < 10; beat += 1) {
    await vi.advanceTimersByTimeAsync(SILENCE_MS / 2);
    FakeEventSource.last.send("heartbeat", {});
  }
  expect(poll).not.toHaveBeenCalled();
  expect(FakeEventSource.opened).toHaveLength(1);
});

test("30 seconds of silence close the connection and start polling every 3 seconds", async () => {
  FakeEventSource.last.accept();
  const silent = FakeEventSource.last;
  await vi.advanceTimersByTimeAsync(SILENCE_MS - 1);
  expect(poll).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(silent.readyState).toBe(FakeEventSource.CLOSED);
  expect(states.at(-1)).toBe("polling");
  expect(poll).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(2 * POLL_MS);
  expect(poll).toHaveBeenCalledTimes(3);
});

test("a connection that is accepted but delivers nothing does not end the polling", async () => {
  FakeEventSource.last.refuse();
  await vi.advanceTimersByTimeAsync(POLL_MS);
  expect(FakeEventSource.opened).toHaveLength(2);
  FakeEventSource.last.accept();
  const before = poll.mock.calls.length;
  await vi.advanceTimersByTimeAsync(2 * POLL_MS);
  expect(poll.mock.calls.length).toBe(before + 2);
});

test("an error answer starts polling at once, and what the next connection delivers ends it", async () => {
  FakeEventSource.last.refuse();
  expect(poll).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(POLL_MS);
  FakeEventSource.last.accept();
  FakeEventSource.last.send("status", { version: 2 }, "2");
  expect(states.at(-1)).toBe("live");
  const before = poll.mock.calls.length;
  await vi.advanceTimersByTimeAsync(4 * POLL_MS);
  expect(poll.mock.calls.length).toBe(before);
});

test("a cut connection is left to the browser, which resumes by the last id", async () => {
  FakeEventSource.last.accept();
  FakeEventSource.last.cut();
  await vi.advanceTimersByTimeAsync(SILENCE_MS - 1);
  expect(FakeEventSource.opened).toHaveLength(1);
  expect(poll).not.toHaveBeenCalled();
});

test("reconnects back off, with jitter, to at most 30 seconds", async () => {
  const gaps: number[] = [];
  for (let round = 0; round < 7; round += 1) {
    const before = FakeEventSource.opened.length;
    FakeEventSource.last.refuse();
    const start = Date.now();
    while (FakeEventSource.opened.length === before) await vi.advanceTimersByTimeAsync(100);
    gaps.push(Date.now() - start);
  }
  expect(Math.max(...gaps)).toBeLessThanOrEqual(30_100);
  expect(gaps[6]).toBeGreaterThan(gaps[0] ?? Infinity);
});

test("a final status closes the stream for good", async () => {
  FakeEventSource.last.accept();
  final = true;
  FakeEventSource.last.send("status", { version: 3 }, "3");
  expect(states.at(-1)).toBe("closed");
  expect(FakeEventSource.live).toBe(0);
  await vi.advanceTimersByTimeAsync(10 * SILENCE_MS);
  expect(FakeEventSource.opened).toHaveLength(1);
  expect(poll).not.toHaveBeenCalled();
});

test("polling ends when it finds the final status", async () => {
  poll.mockImplementation(() => {
    final = true;
    return Promise.resolve();
  });
  FakeEventSource.last.refuse();
  await vi.advanceTimersByTimeAsync(10 * SILENCE_MS);
  expect(poll).toHaveBeenCalledTimes(1);
  expect(states.at(-1)).toBe("closed");
});

test("a failed question is asked again", async () => {
  poll.mockRejectedValueOnce(new Error("offline"));
  FakeEventSource.last.refuse();
  await vi.advanceTimersByTimeAsync(POLL_MS);
  expect(poll).toHaveBeenCalledTimes(2);
});

test("a stopped stream says and does nothing more", async () => {
  const source = FakeEventSource.last;
  stream.stop();
  states.length = 0;
  source.refuse();
  await vi.advanceTimersByTimeAsync(10 * SILENCE_MS);
  expect([states, frames, poll.mock.calls]).toEqual([[], [], []]);
});
