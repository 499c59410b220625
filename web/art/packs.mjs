// Containers: sacks, pouches, tins, boxes, jars, tubs, bottles and tubes.
import { C, clip, curve, drum, ell, flat, form, gleam, ground, join, line, mix, poly, rr, shade, stitch, times, tint } from './kit.mjs';

/** A filled paper sack with a sewn top. `inside` is printed on it. */
export function sack(cx, top, w, h, color, inside, { tape = C.cream, thread = C.clay, base = shade(color, 0.1) } = {}) {
  const [l, t, b] = [cx - w / 2, top, top + h];
  const body =
    `M${l + 14} ${t + 30}L${l + w - 14} ${t + 30}C${l + w + 8} ${t + h * 0.3} ${l + w + 12} ${t + h * 0.75} ${l + w - 4} ${b - 16}Q${l + w - 8} ${b} ${l + w - 30} ${b + 3}` +
    `Q${cx} ${b + 12} ${l + 30} ${b + 3}Q${l + 8} ${b} ${l + 4} ${b - 16}C${l - 12} ${t + h * 0.75} ${l - 8} ${t + h * 0.3} ${l + 14} ${t + 30}Z`;
  return join(
    ground(cx, b + 2, w * 0.54, w * 0.07),
    form(body, color, { dx: -w * 0.085, inside: [flat(rr(l - 20, b - 44, w + 40, 70), base), inside] }),
    form(rr(l + 6, t, w - 12, 46, 6), tape, { dx: -w * 0.08, dy: 0 }),
    stitch(`M${l + 16} ${t + 24}L${l + w - 16} ${t + 24}`, thread, 4.5),
    gleam(
      `M${l + 26} ${t + 70}C${l + 12} ${t + h * 0.4} ${l + 12} ${t + h * 0.6} ${l + 20} ${b - 70}Q${l + 30} ${t + h * 0.5} ${l + 26} ${t + 70}Z`,
      0.34,
    ),
  );
}

/** A stand-up pouch: sealed top, zip line, rounded foot. */
export function pouch(cx, top, w, h, color, inside, { seal = shade(color, 0.12), notch = true, foot = 40, zip = true } = {}) {
  const [l, t, b] = [cx - w / 2, top, top + h];
  const body =
    `M${l + 10} ${t}L${l + w - 10} ${t}Q${l + w - 2} ${t} ${l + w - 2} ${t + 12}C${l + w - 10} ${t + h * 0.3} ${l + w + 16} ${t + h * 0.7} ${l + w + 2} ${b - 20}` +
    `Q${cx} ${b + foot} ${l - 2} ${b - 20}C${l - 16} ${t + h * 0.7} ${l + 10} ${t + h * 0.3} ${l + 2} ${t + 12}Q${l + 2} ${t} ${l + 10} ${t}Z`;
  return join(
    ground(cx, b, w * 0.52, w * 0.075),
    form(body, color, {
      dx: -w * 0.09,
      inside: [
        inside,
        flat(
          `M${l - 20} ${b - 50}Q${cx} ${b + 6} ${l + w + 20} ${b - 50}L${l + w + 20} ${b + 40}L${l - 20} ${b + 40}Z`,
          shade(color, 0.16),
          0.55,
        ),
        flat(rr(l - 10, t, w + 20, 40), seal),
        zip ? line(`M${l} ${t + 58}L${l + w} ${t + 58}`, shade(color, 0.24), 4) : '',
      ],
    }),
    notch ? flat(ell(l + 1, t + 40, 6), C.cream, 0.5) : '',
    gleam(
      `M${l + 22} ${t + 80}C${l + 26} ${t + h * 0.4} ${l + 4} ${t + h * 0.6} ${l + 12} ${b - 70}Q${l + 30} ${t + h * 0.5} ${l + 22} ${t + 80}Z`,
      0.3,
    ),
  );
}

/** A can with ring pull; the label is printed on its wall. */
export function tin(cx, top, rx, h, color, inside, { ry = rx * 0.2, metal = C.steel, ring = true } = {}) {
  const b = top + h;
  return join(
    ground(cx, b + ry * 0.5, rx * 1.06, ry * 0.75),
    form(drum(cx, top, b, rx, ry), metal, { dx: -rx * 0.34, dy: 0 }),
    form(
      `M${cx - rx} ${top + 20}A${rx} ${ry} 0 0 0 ${cx + rx} ${top + 20}L${cx + rx} ${b - 16}A${rx} ${ry} 0 0 1 ${cx - rx} ${b - 16}Z`,
      color,
      { dx: -rx * 0.34, dy: 0, inside },
    ),
    flat(ell(cx, top, rx, ry), tint(metal, 0.35)),
    flat(ell(cx, top + 2, rx * 0.88, ry * 0.82), shade(metal, 0.12)),
    flat(ell(cx, top + 5, rx * 0.85, ry * 0.74), tint(metal, 0.15)),
    ring
      ? join(
          line(ell(cx + rx * 0.28, top + 4, rx * 0.2, ry * 0.3), shade(metal, 0.3), 7),
          flat(ell(cx + rx * 0.02, top + 2, rx * 0.1, ry * 0.16), shade(metal, 0.3)),
        )
      : '',
    gleam(rr(cx - rx * 0.82, top + ry * 0.75 + 22, rx * 0.1, h - ry - 30, rx * 0.05), 0.4),
  );
}

/** A carton seen a little from the right: front, side and lid. */
export function carton(
  x,
  y,
  w,
  h,
  depth,
  color,
  inside,
  { side = shade(color, 0.2), lid = tint(color, 0.25), rise = depth * 0.34, round = 6 } = {},
) {
  const front = rr(x, y, w, h, round);
  const right = poly([
    [x + w, y, 3],
    [x + w + depth, y - rise, 5],
    [x + w + depth, y + h - rise, 6],
    [x + w, y + h, 4],
  ]);
  const up = poly([
    [x, y, 4],
    [x + depth, y - rise, 5],
    [x + w + depth, y - rise, 5],
    [x + w, y, 3],
  ]);
  return join(
    ground(x + (w + depth) / 2, y + h - rise * 0.35, (w + depth) * 0.53, 26),
    flat(right, side),
    flat(up, lid),
    clip(front, flat(front, color), inside),
    gleam(rr(x + 9, y + 12, 6, h - 24, 3), 0.35),
  );
}

/** A glass jar: what is in it shows through. */
export function jar(cx, top, w, h, contents, lid, { lidHeight = 56, glass = '#E8F1EE', round = 44 } = {}) {
  const [l, b] = [cx - w / 2, top + h];
  const body = rr(l, top, w, h, [round, round, round * 0.9, round * 0.9]);
  return join(
    ground(cx, b, w * 0.54, w * 0.07),
    clip(
      body,
      flat(body, glass),
      contents,
      flat(rr(l + w * 0.9, top, w * 0.12, h), C.ink, 0.12),
      flat(rr(l, b - 16, w, 20), '#FFFFFF', 0.28),
    ),
    form(rr(cx - w * 0.43, top - lidHeight + 10, w * 0.86, lidHeight, 12), lid, { dx: -w * 0.09, dy: -4 }),
    gleam(rr(l + 18, top + 44, 14, h * 0.55, 7), 0.6),
    gleam(rr(l + 18, top + 44 + h * 0.6, 14, 26, 7), 0.6),
  );
}

/** A plastic or card tub with a wide screw lid. */
export function tub(cx, top, rx, h, color, lid, inside, { ry = rx * 0.16, lidHeight = 70, taper = 0.94 } = {}) {
  const b = top + h;
  const body = drum(cx, top, b, rx * 0.95, ry, rx * taper);
  const cap = drum(cx, top - lidHeight, top + 4, rx, ry);
  return join(
    ground(cx, b + ry * 0.5, rx, ry * 0.85),
    form(body, color, { dx: -rx * 0.3, dy: 0, inside }),
    form(cap, lid, {
      dx: -rx * 0.3,
      dy: 0,
      inside: times(13, (i) =>
        flat(rr(cx - rx + 8 + (i * (rx * 2 - 16)) / 13, top - lidHeight + ry * 0.6, 5, lidHeight + ry, 2), shade(lid, 0.12)),
      ),
    }),
    flat(ell(cx, top - lidHeight, rx, ry), tint(lid, 0.22)),
    flat(ell(cx, top - lidHeight + 2, rx * 0.84, ry * 0.78), tint(lid, 0.08)),
    gleam(rr(cx - rx * 0.8, top + ry + 16, rx * 0.1, h - ry - 34, 8), 0.36),
  );
}

/** A bottle body with shoulders; the top is drawn by the caller. */
export function bottle(cx, top, w, h, color, inside, { shoulder = 70, neck = 0.34, round = 30 } = {}) {
  const [l, b, n] = [cx - w / 2, top + h, (w * neck) / 2];
  const body =
    `M${cx - n} ${top}L${cx + n} ${top}C${cx + n} ${top + shoulder * 0.6} ${l + w} ${top + shoulder * 0.4} ${l + w} ${top + shoulder * 1.3}L${l + w} ${b - round}` +
    `A${round} ${round} 0 0 1 ${l + w - round} ${b}L${l + round} ${b}A${round} ${round} 0 0 1 ${l} ${b - round}L${l} ${top + shoulder * 1.3}C${l} ${top + shoulder * 0.4} ${cx - n} ${top + shoulder * 0.6} ${cx - n} ${top}Z`;
  return join(
    ground(cx, b, w * 0.58, 17),
    form(body, color, { dx: -w * 0.16, dy: 0, inside }),
    gleam(rr(l + w * 0.1, top + shoulder * 1.5, w * 0.06, h - shoulder * 2.2, 8), 0.42),
  );
}

/** A crimped tube standing on its cap. */
export function tube(cx, top, w, h, color, cap, inside) {
  const b = top + h;
  const body = `M${cx - w / 2 - 8} ${top}L${cx + w / 2 + 8} ${top}L${cx + w / 2 + 8} ${top + 22}C${cx + w / 2} ${top + h * 0.4} ${cx + w * 0.42} ${b - 30} ${cx + w * 0.36} ${b}L${cx - w * 0.36} ${b}C${cx - w * 0.42} ${b - 30} ${cx - w / 2} ${top + h * 0.4} ${cx - w / 2 - 8} ${top + 22}Z`;
  return join(
    ground(cx, b + 62, w * 0.45, 13),
    form(rr(cx - w * 0.32, b - 4, w * 0.64, 66, [4, 4, 12, 12]), cap, { dx: -w * 0.14, dy: 0 }),
    form(body, color, {
      dx: -w * 0.14,
      dy: 0,
      inside: [
        inside,
        flat(rr(cx - w, top, w * 2, 24), shade(color, 0.12)),
        times(16, (i) => flat(rr(cx - w / 2 - 6 + (i * (w + 12)) / 16, top + 2, 3, 20), shade(color, 0.24))),
      ],
    }),
  );
}

/** A printed panel with the corners of a paper label. */
export const panel = (x, y, w, h, color, radius = 14) => flat(rr(x, y, w, h, radius), color);

export const stripes = (x, y, w, h, count, color, gap = 0.5) =>
  join(times(count, (i) => flat(rr(x + (i * w) / count, y, (w / count) * gap, h), color)));

export const speckles = (next, x, y, w, h, count, color, size = 4) =>
  flat(times(count, () => ell(x + next() * w, y + next() * h, size * (0.5 + next() * 0.7))).join(''), color);

/** Rolling hills printed around a pack. */
export const hills = (l, w, y, color, second = mix(color, C.cream, 0.35)) =>
  join(
    flat(
      curve([
        [l - 20, y + 10],
        [l + w * 0.25, y - 34],
        [l + w * 0.55, y + 8],
        [l + w * 0.82, y - 20],
        [l + w + 30, y + 16],
      ]) + `L${l + w + 30} ${y + 400}L${l - 20} ${y + 400}Z`,
      second,
    ),
    flat(
      curve([
        [l - 20, y + 60],
        [l + w * 0.35, y + 26],
        [l + w * 0.7, y + 66],
        [l + w + 30, y + 30],
      ]) + `L${l + w + 30} ${y + 400}L${l - 20} ${y + 400}Z`,
      color,
    ),
  );
