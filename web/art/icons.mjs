// Small emblems printed on labels, each in a square of -50..50, and the marks of the brands.
import { C, at, ell, flat, join, line, rr, shade, times, tint } from './kit.mjs';

const eye = (x, y, s = 4) => flat(ell(x, y, s), C.ink);

const shapes = {
  fish: (a, b) =>
    join(
      flat('M-50 2C-32 -26 6 -30 24 -5L48 -24Q41 0 48 24L24 7C4 32 -32 28 -50 2Z', a),
      flat('M-50 2C-32 28 4 32 24 7C0 16 -28 14 -50 2Z', b),
      flat('M-12 -20Q0 -38 14 -32Q8 -24 10 -16Z', b),
      line('M-24 -12Q-17 0 -24 12', b, 4),
      eye(-35, -3),
    ),
  carrot: (a, b) =>
    at(
      0,
      0,
      1,
      [
        flat('M-3 -22Q-22 -50 -30 -38Q-24 -26 -8 -18Z M3 -22Q22 -50 30 -38Q24 -26 8 -18Z M-8 -20Q-4 -56 0 -56Q6 -56 8 -20Z', b),
        flat('M-18 -20Q0 -32 18 -20Q22 12 0 52Q-22 12 -18 -20Z', a),
        line('M-17 -4L-4 -2', shade(a), 4),
        line('M15 10L4 11', shade(a), 4),
      ],
      28,
    ),
  bone: (a) => flat(`${ell(-34, -12, 14)}${ell(-34, 12, 14)}${ell(34, -12, 14)}${ell(34, 12, 14)}${rr(-34, -12, 68, 24)}`, a),
  paw: (a) =>
    join(
      flat('M0 -4C20 -4 34 18 32 30C30 42 14 38 0 38C-14 38 -30 42 -32 30C-34 18 -20 -4 0 -4Z', a),
      [
        [-34, -8, -20],
        [-13, -30, -8],
        [13, -30, 8],
        [34, -8, 20],
      ].map(([x, y, t]) => at(x, y, 1, flat(ell(0, 0, 10, 14), a), t)),
    ),
  leaf: (a, b) =>
    join(
      flat('M0 50C-42 22 -38 -26 0 -50C38 -26 42 22 0 50Z', a),
      flat('M0 50C42 22 38 -26 0 -50Z', b),
      line('M0 48L0 -26', tint(a, 0.5), 4),
    ),
  barley: (a, b) =>
    join(
      line('M0 50L0 -20', b, 5),
      flat(ell(0, -36, 8, 15), a),
      times(3, (i) => [at(-13, -18 + i * 21, 1, flat(ell(0, 0, 8, 15), a), -35), at(13, -18 + i * 21, 1, flat(ell(0, 0, 8, 15), a), 35)]),
    ),
  duck: (a, b) =>
    join(
      flat('M-46 4C-40 -4 -28 0 -18 0C-8 0 -2 -8 0 -18A20 20 0 1 1 36 -12C44 20 24 40 -8 40C-34 40 -46 22 -46 4Z', a),
      flat('M-30 10C-10 2 8 8 14 16C6 30 -18 30 -30 10Z', b),
      flat('M34 -24Q52 -22 52 -14Q44 -8 32 -10Z', C.honey),
      eye(23, -24),
    ),
  hen: (a, b) =>
    join(
      flat('M-48 -26Q-30 -22 -22 -6Q-6 4 6 -10L8 -26A17 17 0 0 1 40 -22Q46 36 -2 40Q-44 36 -48 -26Z', a),
      flat('M-24 6Q-2 0 10 12Q-4 32 -24 6Z', b),
      flat(`${ell(16, -42, 7)}${ell(26, -44, 7)}${ell(33, -10, 5, 8)}`, C.clay),
      flat('M39 -26L54 -20L39 -14Z', C.honey),
      eye(28, -26),
    ),
  rabbit: (a, b) =>
    join(
      at(-14, -28, 1, flat(ell(0, 0, 11, 28), a), -8),
      at(14, -28, 1, flat(ell(0, 0, 11, 28), a), 8),
      at(-14, -26, 1, flat(ell(0, 0, 5, 19), b), -8),
      at(14, -26, 1, flat(ell(0, 0, 5, 19), b), 8),
      flat('M-32 18C-32 -4 -18 -12 0 -12C18 -12 32 -4 32 18C32 38 18 46 0 46C-18 46 -32 38 -32 18Z', a),
      eye(-14, 12),
      eye(14, 12),
      flat(ell(0, 25, 6, 4.5), C.clay),
    ),
  lamb: (a, b) =>
    join(
      flat(`${ell(-22, -18, 20)}${ell(22, -18, 20)}${ell(0, -28, 22)}${ell(-30, 8, 18)}${ell(30, 8, 18)}${ell(0, 4, 34)}`, a),
      at(-30, 4, 1, flat(ell(0, 0, 16, 8), b), 20),
      at(30, 4, 1, flat(ell(0, 0, 16, 8), b), -20),
      flat('M-20 0Q0 -16 20 0Q20 44 0 46Q-20 44 -20 0Z', b),
      eye(-9, 12),
      eye(9, 12),
      line('M-5 32Q0 36 5 32', C.ink, 3),
    ),
  cow: (a, b) =>
    join(
      line('M-24 -26Q-44 -30 -42 -48', C.cream, 9),
      line('M24 -26Q44 -30 42 -48', C.cream, 9),
      at(-36, -14, 1, flat(ell(0, 0, 17, 9), a), 14),
      at(36, -14, 1, flat(ell(0, 0, 17, 9), a), -14),
      flat('M-26 -30Q0 -40 26 -30Q30 0 20 22Q0 30 -20 22Q-30 0 -26 -30Z', a),
      flat(ell(0, 26, 27, 20), b),
      eye(-14, -8),
      eye(14, -8),
      flat(ell(-10, 24, 4), C.ink),
      flat(ell(10, 24, 4), C.ink),
    ),
  stag: (a, b) =>
    join(
      ['', 'scale'].map((_, i) =>
        at(0, 0, i ? [-1, 1] : 1, [
          line('M-10 -6C-34 -14 -42 -30 -38 -50M-34 -24L-18 -44M-26 -15L-48 -18', b, 6.5),
          at(-26, 4, 1, flat(ell(0, 0, 14, 7), a), 18),
        ]),
      ),
      flat('M-16 -8Q0 -18 16 -8Q18 20 8 42Q0 50 -8 42Q-18 20 -16 -8Z', a),
      eye(-8, 8),
      eye(8, 8),
      flat(ell(0, 41, 6, 5), C.ink),
    ),
  cat: (a, b) =>
    join(
      flat('M-38 -44Q-34 -48 -14 -28Q0 -32 14 -28Q34 -48 38 -44Q44 -20 38 4C36 30 18 42 0 42C-18 42 -36 30 -38 4Q-44 -20 -38 -44Z', a),
      flat('M-32 -34L-19 -22L-33 -12Z', b),
      flat('M32 -34L19 -22L33 -12Z', b),
      eye(-16, 2, 5),
      eye(16, 2, 5),
      flat('M-6 14L6 14L0 21Z', C.clay),
      line('M0 21Q-6 30 -13 26M0 21Q6 30 13 26', C.ink, 2.6),
    ),
  dog: (a, b) =>
    join(
      flat('M-30 -30C-18 -44 18 -44 30 -30C38 -16 32 6 28 18C24 38 12 46 0 46C-12 46 -24 38 -28 18C-32 6 -38 -16 -30 -30Z', a),
      flat('M-26 -36C-46 -38 -54 -8 -44 14C-34 12 -30 -6 -26 -36Z', b),
      flat('M26 -36C46 -38 54 -8 44 14C34 12 30 -6 26 -36Z', b),
      flat(ell(0, 24, 18, 16), tint(a, 0.55)),
      eye(-13, -4, 5),
      eye(13, -4, 5),
      flat('M-9 12Q0 8 9 12Q7 22 0 22Q-7 22 -9 12Z', C.ink),
    ),
  bird: (a, b) =>
    join(
      flat('M-50 22L-20 2C-20 -22 0 -36 18 -34C32 -32 36 -22 36 -14C40 16 18 36 -4 34C-18 32 -26 24 -28 18Z', a),
      flat('M-24 16C-18 -4 4 -10 18 0C12 22 -8 28 -24 16Z', b),
      flat('M34 -22L52 -15L35 -9Z', C.honey),
      eye(21, -20),
      line('M0 34L0 46M10 32L12 45', C.bark, 4),
    ),
  sun: (a) =>
    join(
      flat(ell(0, 0, 24), a),
      times(8, (i) => at(0, 0, 1, flat(rr(-4, -48, 8, 16, 4), a), i * 45)),
    ),
  drop: (a, b) => join(flat('M0 -50C24 -18 34 0 34 16A34 34 0 0 1 -34 16C-34 0 -24 -18 0 -50Z', a), line('M-18 16A18 18 0 0 0 0 34', b, 6)),
  heart: (a) => flat('M0 42C-60 4 -46 -38 -20 -38C-8 -38 0 -28 0 -22C0 -28 8 -38 20 -38C46 -38 60 4 0 42Z', a),
  apple: (a, b) =>
    join(
      flat('M0 -18C12 -30 44 -26 42 6C40 30 22 46 10 44Q0 40 -10 44C-22 46 -40 30 -42 6C-44 -26 -12 -30 0 -18Z', a),
      line('M0 -18Q0 -34 8 -44', C.bark, 5),
      flat('M4 -30Q16 -50 36 -42Q28 -24 4 -30Z', b),
    ),
  clover: (a) =>
    join(
      line('M0 0Q4 30 16 46', a, 6),
      [0, 120, 240].map((t) => at(0, -8, 1, flat('M0 0C-26 -10 -24 -36 -8 -34Q-2 -34 0 -28Q2 -34 8 -34C24 -36 26 -10 0 0Z', a), t)),
    ),
  peak: (a, b) =>
    join(
      flat('M-50 36L-12 -34Q-8 -42 -3 -34L36 36Z', a),
      flat('M4 36L26 -4Q30 -10 34 -4L52 36Z', b),
      flat('M-19 -21L-12 -34Q-8 -42 -3 -34L5 -20L-3 -14L-9 -20L-14 -14Z', C.cream),
    ),
  moon: (a) => flat('M14 -44A44 44 0 1 0 44 20A36 36 0 0 1 14 -44Z', a),
  star: (a) =>
    flat(
      'M0 -48Q7 -14 14 -12Q42 -14 46 -10Q20 8 18 14Q28 42 24 44Q4 26 0 26Q-4 26 -24 44Q-28 42 -18 14Q-20 8 -46 -10Q-42 -14 -14 -12Q-7 -14 0 -48Z',
      a,
    ),
  wave: (a) => join([-20, 4, 28].map((y) => line(`M-42 ${y}C-30 ${y - 22} -14 ${y - 22} 0 ${y}C14 ${y + 22} 30 ${y + 22} 42 ${y}`, a, 10))),
  flame: (a, b) =>
    join(
      flat(
        'M4 -50C10 -24 40 -14 34 16C30 38 14 46 0 46C-18 46 -34 34 -34 12C-34 -4 -22 -12 -18 -26C-10 -20 -8 -14 -6 -8C2 -18 6 -32 4 -50Z',
        a,
      ),
      flat('M2 6C16 18 18 42 0 42C-18 42 -16 22 2 6Z', b),
    ),
  yarn: (a, b) =>
    join(
      flat(ell(0, 0, 42), a),
      line('M-34 -16Q0 -34 26 -28M-40 6Q-4 -20 38 -12M-34 24Q4 -4 40 8', b, 5),
      line('M10 40Q34 52 48 38', a, 6),
    ),
  acorn: (a, b) =>
    join(
      flat('M-28 -8L28 -8Q30 26 0 48Q-30 26 -28 -8Z', a),
      flat('M-36 -8Q-34 -34 0 -34Q34 -34 36 -8Q0 2 -36 -8Z', b),
      line('M0 -34L4 -46', b, 7),
    ),
  fork: (a) =>
    join(line('M0 48L0 -6M0 10L-26 -16M0 10L26 -16', a, 9), flat(`${ell(0, -26, 13)}${ell(-30, -24, 11)}${ell(30, -24, 11)}`, a)),
  quill: (a) =>
    join(flat('M34 -46C4 -40 -26 -16 -26 22L-36 44L-28 46L-16 28C20 26 38 -10 34 -46Z', a), line('M-20 24Q0 -8 20 -26', C.cream, 4)),
  cross: (a) => flat('M-14 -42L14 -42L14 -14L42 -14L42 14L14 14L14 42L-14 42L-14 14L-42 14L-42 -14L-14 -14Z', a),
};

export const icon = (name, x, y, size, a, b = shade(a), turn = 0) => at(x, y, size / 100, shapes[name](a, b), turn);

/** The printed mark of each brand. */
const marks = {
  Aldermoor: 'barley',
  Säntishof: 'peak',
  Pelotte: 'yarn',
  Tidewick: 'wave',
  Wrenfold: 'bird',
  Bramblewarren: 'acorn',
  Emberscale: 'flame',
  Lodenfell: 'fork',
  Havnhus: 'moon',
  Quillwort: 'quill',
  Tumblewick: 'star',
  'Combe & Clover': 'clover',
};
export const brands = Object.keys(marks);
export const mark = (brand, x, y, size, a, b = tint(a, 0.35)) => icon(marks[brand], x, y, size, a, b);

/** Two or three bars that stand for a printed line without being letters. */
export const wording = (cx, y, widths, color, height = 9) => {
  const whole = widths.reduce((sum, w) => sum + w, 0) + (widths.length - 1) * height * 1.3;
  let x = cx - whole / 2;
  return join(
    widths.map((w) => {
      const bar = flat(rr(x, y, w, height, height / 2), color);
      x += w + height * 1.3;
      return bar;
    }),
  );
};

export const kibble = (points, color, size = 15) =>
  join(
    points.map(([x, y], i) =>
      join(
        flat(ell(x, y, size, size * 0.86), shade(color, i % 3 ? 0.08 : 0.22)),
        flat(ell(x - size * 0.2, y - size * 0.22, size * 0.62, size * 0.5), tint(color, 0.16)),
      ),
    ),
  );
