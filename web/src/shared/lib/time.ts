const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** A day in the reader's time zone, such as "3 May 2026". */
export function formatDay(at: string): string {
  return day.format(new Date(at));
}

/** A time of day to the second, such as "14:03:09". */
export function formatClock(at: string): string {
  return clock.format(new Date(at));
}
