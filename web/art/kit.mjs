// Drawing primitives. Every path is absolute M/L/C/Q/S/T/A/Z with space-separated numbers, so that `move` can shift it.

export const C = {
  ink: '#1F2A24',
  paper: '#FBF8F2',
  evergreen: '#1F5B45',
  moss: '#7FA886',
  clay: '#C8643C',
  honey: '#E7B04B',
  blush: '#F0C9B5',
  sky: '#BFD8E0',
  plum: '#6B3F5B',
  cream: '#F8EEDB',
  kraft: '#D8B488',
  sand: '#E4CFA8',
  wood: '#BF8A5A',
  bark: '#8C6244',
  steel: '#C3CCCB',
  slate: '#5E7077',
  charcoal: '#38443F',
  lake: '#6FA3B5',
  rose: '#DE9A82',
  leaf: '#4F8A62',
};

const DUSK = '#2B2140';
const DAWN = '#FFF6E4';

const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));

export const mix = (a, b, t) => {
  const to = channels(b);
  return (
    '#' +
    channels(a)
      .map((v, i) =>
        Math.round(v + (to[i] - v) * t)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')
  );
};
export const shade = (c, t = 0.2) => mix(c, DUSK, t);
export const tint = (c, t = 0.3) => mix(c, DAWN, t);

export const r = (v) => Math.round(v * 10) / 10;

let serial = 0;
/** Clip ids restart with each picture, so that a picture's text does not depend on what was drawn before it. */
export const restart = () => {
  serial = 0;
};

export const join = (...parts) => parts.flat(Infinity).filter(Boolean).join('');
export const times = (n, fn) => Array.from({ length: n }, (_, i) => fn(i));
export const deg = (a) => (a * Math.PI) / 180;

// ---- paths -------------------------------------------------------------------------------------------------------

export function rr(x, y, w, h, radius = 0) {
  const most = Math.min(w, h) / 2;
  const [a, b, c, d] = (Array.isArray(radius) ? radius : [radius, radius, radius, radius]).map((v) => Math.min(v, most));
  const arc = (q, ex, ey) => (q ? `A${r(q)} ${r(q)} 0 0 1 ${r(ex)} ${r(ey)}` : '');
  return (
    `M${r(x + a)} ${r(y)}L${r(x + w - b)} ${r(y)}${arc(b, x + w, y + b)}L${r(x + w)} ${r(y + h - c)}${arc(c, x + w - c, y + h)}` +
    `L${r(x + d)} ${r(y + h)}${arc(d, x, y + h - d)}L${r(x)} ${r(y + a)}${arc(a, x + a, y)}Z`
  );
}

export const ell = (cx, cy, rx, ry = rx) =>
  `M${r(cx - rx)} ${r(cy)}A${r(rx)} ${r(ry)} 0 0 1 ${r(cx + rx)} ${r(cy)}A${r(rx)} ${r(ry)} 0 0 1 ${r(cx - rx)} ${r(cy)}Z`;

/** A polygon with rounded corners; a point may carry its own radius as a third number. */
export function poly(points, radius = 0) {
  const n = points.length;
  return (
    points
      .map((p, i) => {
        const before = points[(i + n - 1) % n];
        const after = points[(i + 1) % n];
        const toward = (q) => {
          const length = Math.hypot(q[0] - p[0], q[1] - p[1]) || 1;
          const k = Math.min(p[2] ?? radius, length / 2) / length;
          return [p[0] + (q[0] - p[0]) * k, p[1] + (q[1] - p[1]) * k];
        };
        const [a, b] = [toward(before), toward(after)];
        return `${i ? 'L' : 'M'}${r(a[0])} ${r(a[1])}Q${r(p[0])} ${r(p[1])} ${r(b[0])} ${r(b[1])}`;
      })
      .join('') + 'Z'
  );
}

/** A smooth curve through the points. */
export function curve(points, closed = false, tension = 1) {
  const n = points.length;
  const pick = (i) => (closed ? points[(i + n) % n] : points[Math.max(0, Math.min(n - 1, i))]);
  let d = `M${r(points[0][0])} ${r(points[0][1])}`;
  for (let i = 0; i < (closed ? n : n - 1); i += 1) {
    const [p0, p1, p2, p3] = [pick(i - 1), pick(i), pick(i + 1), pick(i + 2)];
    const k = tension / 6;
    d +=
      `C${r(p1[0] + (p2[0] - p0[0]) * k)} ${r(p1[1] + (p2[1] - p0[1]) * k)} ` +
      `${r(p2[0] - (p3[0] - p1[0]) * k)} ${r(p2[1] - (p3[1] - p1[1]) * k)} ${r(p2[0])} ${r(p2[1])}`;
  }
  return d + (closed ? 'Z' : '');
}

/** An upright cylinder seen slightly from above: flat sides, elliptical foot, and the top ellipse belongs to it. */
export const drum = (cx, top, bottom, rx, ry, foot = rx) =>
  `M${r(cx - rx)} ${r(top)}A${r(rx)} ${r(ry)} 0 0 1 ${r(cx + rx)} ${r(top)}L${r(cx + foot)} ${r(bottom)}` +
  `A${r(foot)} ${r((ry * foot) / rx)} 0 0 1 ${r(cx - foot)} ${r(bottom)}Z`;

export const move = (d, dx, dy) =>
  d.replace(/([MLCQSTAZ])([^MLCQSTAZ]*)/g, (_, letter, args) => {
    if (letter === 'Z') return 'Z';
    const v = args.trim().split(/\s+/).map(Number);
    const size = letter === 'A' ? 7 : 2;
    const shifted = v.map((value, i) => {
      const k = i % size;
      if (letter === 'A') return k === 5 ? value + dx : k === 6 ? value + dy : value;
      return value + (k ? dy : dx);
    });
    return letter + shifted.map(r).join(' ');
  });

// ---- marks on the page -------------------------------------------------------------------------------------------

const alpha = (o) => (o === undefined || o === 1 ? '' : ` opacity="${o}"`);

export const flat = (d, fill, opacity) => `<path d="${d}" fill="${fill}"${alpha(opacity)}/>`;

export const clip = (d, ...inside) => {
  const id = `c${serial}`;
  serial += 1;
  return `<clipPath id="${id}"><path d="${d}"/></clipPath><g clip-path="url(#${id})">${join(inside)}</g>`;
};

/**
 * A solid body: its colour, whatever is printed on it, then one band of dusk on the side away from the light.
 * The light is always from the upper left, so the band is the body less itself moved up and to the left.
 * A plain body is written once and drawn twice (`use`), which halves the size of the files.
 */
export function form(d, color, { dx = -22, dy = -12, dusk = 0.17, inside = '' } = {}) {
  const printed = join(inside);
  if (printed) {
    return clip(d, flat(d, color), printed, `<path d="${d}${move(d, dx, dy)}" fill-rule="evenodd" fill="${DUSK}" opacity="${dusk}"/>`);
  }
  if (!dusk) return flat(d, color);
  const id = serial;
  serial += 1;
  return (
    `<clipPath id="c${id}"><path id="p${id}" d="${d}"/></clipPath><g clip-path="url(#c${id})"><use href="#p${id}" fill="${mix(color, DUSK, dusk)}"/>` +
    `<use href="#p${id}" x="${r(dx)}" y="${r(dy)}" fill="${color}"/></g>`
  );
}

export const line = (d, color, width, opacity, dash) =>
  `<path d="${d}" fill="none" stroke="${color}" stroke-width="${r(width)}" stroke-linecap="${dash ? 'butt' : 'round'}" stroke-linejoin="round"` +
  `${dash ? ` stroke-dasharray="${dash}"` : ''}${alpha(opacity)}/>`;

export const stitch = (d, color, width = 4) => line(d, color, width, undefined, `${width * 3} ${width * 2.2}`);

/** A round cord or rod: a dark stroke with a lighter one laid on its lit side. */
export const cord = (d, color, width) =>
  join(line(d, shade(color, 0.22), width), line(move(d, -width * 0.1, -width * 0.12), color, width * 0.72));

/** Twisted rope: a cord with the lay of its strands. */
export const rope = (d, color, width, accent = tint(color, 0.45)) =>
  join(
    line(d, shade(color, 0.2), width),
    line(move(d, -width * 0.08, -width * 0.1), color, width * 0.78),
    line(move(d, -width * 0.08, -width * 0.1), accent, width * 0.72, 0.75, `${r(width * 0.26)} ${r(width * 0.5)}`),
  );

export const at = (x, y, scale, content, turn = 0) =>
  `<g transform="translate(${r(x)} ${r(y)})${turn ? ` rotate(${r(turn)})` : ''}${scale === 1 ? '' : ` scale(${Array.isArray(scale) ? scale.join(' ') : Math.round(scale * 1000) / 1000})`}">${join(content)}</g>`;

export const turned = (angle, cx, cy, ...content) => `<g transform="rotate(${r(angle)} ${r(cx)} ${r(cy)})">${join(content)}</g>`;

/** Flat shadow on the ground, drawn a little to the right because the light is from the left. */
export const ground = (cx, y, rx, ry = rx * 0.1) =>
  join(flat(ell(cx + rx * 0.1, y + ry * 0.1, rx * 1.12, ry * 1.15), DUSK, 0.08), flat(ell(cx + rx * 0.04, y, rx, ry * 0.72), DUSK, 0.14));

export const gleam = (d, opacity = 0.4) => flat(d, '#FFFDF7', opacity);

/** A repeatable sequence of numbers in 0..1 (no picture may differ between two runs). */
export function sequence(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
