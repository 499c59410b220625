import type { Order } from "../../api/model.ts";
import { isFinal } from "./status.ts";
import { useJourney } from "./use-journey.ts";
import { formatLength, waterfallOf, type Bar } from "./waterfall.ts";
import styles from "./WaterfallSection.module.css";

/** The width of the drawing, in its own units. */
const WIDTH = 1000;
/** A stretch too short to see is still there. */
const HAIR = 4;

/** Where the order's time went, step by step. The table holds everything that the bars show. */
export function WaterfallSection({ order }: { order: Order }) {
  const journey = useJourney(order);
  const { bars, total, longest, uncertainty } = waterfallOf(order, journey);
  if (bars.length === 0) return null;
  return (
    <section className={styles["time"]} aria-labelledby="order-time" data-print="hide">
      <header>
        <h2 id="order-time">Where did the time go?</h2>
        <p className={styles["sum"]}>
          {isFinal(order.status) ? "It took " : "So far it took "}
          <strong className={styles["one"]} data-testid="order-time-total">{formatLength(total)}</strong>
          {journey === undefined ? " from the request to the last step." : " from your click to the screen."}
          {longest && longest.length > 0 && (
            <>
              {" "}
              Longest: {longest.label.toLowerCase()}, <span className={styles["one"]}>{formatLength(longest.length)}.</span>
            </>
          )}
        </p>
      </header>
      <table>
        <caption className="visually-hidden">The steps in the order in which they began</caption>
        <colgroup>
          <col className={styles["step"]} />
          <col />
          <col className={styles["took"]} />
        </colgroup>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Began after</th>
            <th scope="col">Took</th>
          </tr>
        </thead>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.label} data-place={bar.place}>
              <th scope="row">
                {bar.label}
                <span className={styles["place"]}>
                  <span className="visually-hidden">, at: </span>
                  {bar.place}
                </span>
              </th>
              <td className={styles["track"]}>
                <span className="visually-hidden">{formatLength(bar.start)}</span>
                <Track bar={bar} total={total} />
              </td>
              <td className={styles["length"]}>{formatLength(bar.length)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className={styles["note"]}>
        Steps overlap where several parts of the shop work at once.
        {uncertainty !== undefined &&
          ` Times of your browser are set against the shop’s clock to within ${formatLength(uncertainty)}.`}
        {journey !== undefined && (
          <>
            {" "}
            Trace <span className={styles["trace"]}>{journey.traceId}</span>
          </>
        )}
      </p>
    </section>
  );
}

function Track({ bar, total }: { bar: Bar; total: number }) {
  const scale = total > 0 ? WIDTH / total : 0;
  const width = Math.max(HAIR, bar.length * scale);
  return (
    <svg viewBox={`0 0 ${WIDTH} 10`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect className={styles["rail"]} x={0} y={4.5} width={WIDTH} height={1} />
      <rect
        className={styles["bar"]}
        x={Math.min(bar.start * scale, WIDTH - width)}
        y={0}
        width={width}
        height={10}
        fillOpacity={bar.whole === true ? 0.45 : 1}
      />
    </svg>
  );
}
