import { useEffect, useState } from "react";
import type { Order } from "../../api/model.ts";
import { journeyOf, moment, recordDrawn, type Journey } from "../../shared/lib/journey.ts";

/** What this browser saw of the order, and takes down when the version on the page has been painted. */
export function useJourney(order: Order): Journey | undefined {
  const { id, version } = order;
  const [journey, setJourney] = useState(() => journeyOf(id));

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    // The frame's callback runs before the browser paints it, the task after it once it has.
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => {
        if (document.visibilityState === "visible") recordDrawn(id, version, moment());
        setJourney(journeyOf(id));
      }, 0);
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [id, version]);

  return journey;
}
