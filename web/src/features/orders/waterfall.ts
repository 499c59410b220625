import type { Order } from "../../api/model.ts";
import type { Journey } from "../../shared/lib/journey.ts";
import { wordsFor } from "./status.ts";

/** Who the time was spent at. */
export type Place = "Your browser" | "Shop" | "Catalogue" | "Waiting line" | "Message broker" | "Payment";

/** One stretch of time; milliseconds since the first moment that is known. */
export interface Bar {
  label: string;
  place: Place;
  start: number;
  length: number;
  /** It spans others, so it is never the one that took longest. */
  whole?: boolean;
}

/** Where an order's time went. */
export interface Waterfall {
  bars: Bar[];
  /** From the first moment to the last, in milliseconds. */
  total: number;
  longest: Bar | undefined;
  /** By how many milliseconds the browser's times may be off from the shop's; only with a journey. */
  uncertainty?: number;
}

type Entry = Order["timeline"][number];

/** What was going on until a step was reached. */
const UNTIL: Record<string, [label: string, place: Place]> = {
  priced: ["Prices looked up", "Catalogue"],
  published: ["Stored, waited to be sent", "Waiting line"],
  received: ["On the way to be processed", "Message broker"],
  reserved: ["Stock set aside", "Catalogue"],
  refused: ["Stock asked for, refused", "Catalogue"],
  given_up: ["Given up", "Shop"],
  charged: ["Card charged", "Payment"],
  declined: ["Card declined", "Payment"],
  committed: ["Sale recorded", "Catalogue"],
  released: ["Stock put back", "Catalogue"],
};

/** Milliseconds since 1970, with the microseconds that `Date` drops. */
export function instant(at: string): number {
  const beyond = /\.\d{3}(\d+)/.exec(at)?.[1];
  return Date.parse(at) + (beyond === undefined ? 0 : Number(`0.${beyond}`));
}

/** The order's time, from its stored timestamps and from what this browser saw. Empty while there is only one moment. */
export function waterfallOf(order: Order, journey?: Journey): Waterfall {
  const stretches = [...shopTime(order.timeline)];
  const [first] = order.timeline;
  let uncertainty: number | undefined;
  if (journey !== undefined && first !== undefined) {
    const clock = alignment(order.timeline, first, journey);
    uncertainty = clock.uncertainty;
    stretches.push(...browserTime(order.timeline, journey, clock.offset));
  }
  const origin = Math.min(...stretches.map((one) => one.from));
  const bars = stretches
    .map(({ from, to, ...rest }) => ({ ...rest, start: from - origin, length: Math.max(0, to - from) }))
    .sort((one, other) => one.start - other.start || Number(other.whole ?? false) - Number(one.whole ?? false));
  const total = Math.max(0, ...bars.map((bar) => bar.start + bar.length));
  const longest = bars
    .filter((bar) => bar.whole !== true)
    .reduce<Bar | undefined>((most, bar) => (bar.length > (most?.length ?? 0) ? bar : most), undefined);
  return { bars, total, longest, ...(uncertainty === undefined ? {} : { uncertainty }) };
}

interface Stretch {
  label: string;
  place: Place;
  from: number;
  to: number;
  whole?: boolean;
}

function* shopTime(timeline: readonly Entry[]): Generator<Stretch> {
  // The next status is worked on from the last thing that happened, not from when the one before it had been told.
  let workedUntil: number | undefined;
  for (const entry of timeline) {
    const at = instant(entry.at);
    const word = wordsFor(entry.status).label.toLowerCase();
    let from = workedUntil;
    for (const { step, at: stepAt } of entry.steps ?? []) {
      const to = instant(stepAt);
      if (from !== undefined && step === "announced") {
        yield { label: `News waiting to be sent: ${word}`, place: "Waiting line", from, to };
      } else if (from !== undefined && !(step === "refused" && to <= from)) {
        const [label, place] = UNTIL[step] ?? [sentence(step), "Shop"];
        yield { label, place, from, to };
      }
      if (step !== "announced") workedUntil = to;
      from = to;
    }
    if (from !== undefined) {
      const told = entry.steps?.at(-1)?.step === "announced";
      if (entry.version === 1) yield { label: "Taken to the database", place: "Shop", from, to: at };
      else if (told) yield { label: `News on its way back: ${word}`, place: "Message broker", from, to: at };
      else yield { label: `Until ${word}`, place: "Shop", from, to: at };
    }
    const worked = (entry.steps ?? []).some(({ step }) => step !== "announced");
    if (entry.version === 1 || !worked) workedUntil = at;
  }
}

function sentence(step: string): string {
  const words = step.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * How far the browser's clock is ahead of the shop's. Nothing is seen before it happened: the request was handled between
 * click and answer, and no status arrived before it was stored. The middle of what that leaves is off by half of it at most.
 */
function alignment(timeline: readonly Entry[], first: Entry, journey: Journey): { offset: number; uncertainty: number } {
  const requested = instant(first.steps?.find(({ step }) => step === "requested")?.at ?? first.at);
  const least = journey.clicked - requested;
  const most = Math.min(
    journey.answered - instant(first.at),
    ...journey.seen.flatMap(({ version, received }) =>
      timeline.filter((entry) => entry.version === version).map((entry) => received - instant(entry.at)),
    ),
  );
  return { offset: (least + most) / 2, uncertainty: Math.max(0, (most - least) / 2) };
}

function* browserTime(timeline: readonly Entry[], journey: Journey, offset: number): Generator<Stretch> {
  yield {
    label: "From the click to the answer",
    place: "Your browser",
    from: journey.clicked - offset,
    to: journey.answered - offset,
    whole: true,
  };
  for (const { version, received, drawn } of journey.seen) {
    const entry = timeline.find((one) => one.version === version);
    if (entry === undefined) continue;
    const word = wordsFor(entry.status).label.toLowerCase();
    const arrived = received - offset;
    yield { label: `Live update to this page: ${word}`, place: "Shop", from: Math.min(instant(entry.at), arrived), to: arrived };
    if (drawn !== undefined) {
      yield { label: `Drawn on screen: ${word}`, place: "Your browser", from: arrived, to: drawn - offset };
    }
  }
}

/** A length of time for people: "<0.1 ms", "0.4 ms", "34 ms", "1.84 s". */
export function formatLength(milliseconds: number): string {
  if (milliseconds < 0.05) return "<0.1 ms";
  if (milliseconds >= 100_000) return `${Math.round(milliseconds / 1000)} s`;
  if (milliseconds >= 999.5) return `${(milliseconds / 1000).toFixed(2)} s`;
  return `${milliseconds < 9.95 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}
