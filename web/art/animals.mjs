// The two residents of the shop: a brown dog and a grey cat. Their feet stand on y = 0.
import { C, at, ell, flat, form, gleam, ground, join, line, rr, shade, tint, turned } from './kit.mjs';

const FUR = { dog: '#C98A55', ear: '#8A5638', cat: '#7C7F8A', stripe: '#5C5F6B' };
const eyes = (dx, y, size, look = 0) =>
  join(
    [-dx, dx].map((x) =>
      join(flat(ell(x + look, y, size, size * 1.1), C.ink), gleam(ell(x + look - size * 0.3, y - size * 0.4, size * 0.3), 0.9)),
    ),
  );

const dogHead = ({ sad = false, look = 0 } = {}) =>
  join(
    form(
      'M-86 -66C-52 -118 52 -118 86 -66C104 -30 88 30 76 58C62 102 30 120 0 120C-30 120 -62 102 -76 58C-88 30 -104 -30 -86 -66Z',
      FUR.dog,
      {
        dx: -20,
        dy: -12,
        inside: [flat('M-18 -120L18 -120C22 -60 16 -20 26 20Q0 40 -26 20C-16 -20 -22 -60 -18 -120Z', tint(FUR.dog, 0.55))],
      },
    ),
    flat(ell(0, 66, 56, 46), tint(FUR.dog, 0.6)),
    form('M-76 -86C-140 -92 -160 10 -130 76C-124 88 -104 84 -98 70C-84 30 -70 -20 -60 -64Z', FUR.ear, { dx: -12, dy: -10 }),
    form('M76 -86C140 -92 160 10 130 76C124 88 104 84 98 70C84 30 70 -20 60 -64Z', FUR.ear, { dx: -16, dy: -10 }),
    eyes(40, -6, 12, look),
    sad ? line('M-56 -34Q-42 -44 -26 -46M56 -34Q42 -44 26 -46', FUR.ear, 6) : '',
    flat('M-26 34Q0 22 26 34Q22 62 0 62Q-22 62 -26 34Z', C.ink),
    gleam(ell(-8, 38, 7, 4), 0.4),
    sad ? line('M0 62L0 76M-22 88Q0 74 22 88', C.ink, 5) : line('M0 62L0 78M0 78Q-18 96 -32 82M0 78Q18 96 32 82', C.ink, 5),
  );

/** Sitting, seen from the front. */
export const dog = (x, y, scale, { tilt = -6, look = 0, collar = C.evergreen } = {}) =>
  at(x, y, scale, [
    ground(0, 2, 150, 16),
    line('M96 -40C170 -50 190 -110 176 -150', shade(FUR.dog, 0.12), 34),
    line('M94 -44C164 -54 184 -110 172 -150', FUR.dog, 24),
    form('M-112 0C-134 -110 -96 -270 0 -270C96 -270 134 -110 112 0Z', FUR.dog, {
      dx: -28,
      dy: -10,
      inside: [flat('M-54 -250C-70 -160 -50 -90 0 -80C50 -90 70 -160 54 -250Z', tint(FUR.dog, 0.6))],
    }),
    form(ell(-104, -46, 54, 52), FUR.dog, { dx: -14, dy: -10 }),
    form(ell(104, -46, 54, 52), shade(FUR.dog, 0.05), { dx: -16, dy: -10 }),
    form(rr(-58, -150, 52, 150, 26), tint(FUR.dog, 0.1), { dx: -12, dy: 0 }),
    form(rr(6, -150, 52, 150, 26), tint(FUR.dog, 0.1), { dx: -14, dy: 0 }),
    form(ell(-34, -16, 38, 22), tint(FUR.dog, 0.55), { dx: -8, dy: -6 }),
    form(ell(34, -16, 38, 22), tint(FUR.dog, 0.55), { dx: -8, dy: -6 }),
    line('M-44 -20L-44 -8M-28 -20L-28 -8M28 -20L28 -8M44 -20L44 -8', shade(FUR.dog, 0.1), 4),
    form('M-72 -262Q0 -200 72 -262L68 -228Q0 -172 -68 -228Z', collar, { dx: -10, dy: -6 }),
    form(ell(0, -184, 20), C.honey, { dx: -6, dy: -5 }),
    turned(tilt, 0, -300, at(0, -344, 1, [dogHead({ look })])),
  ]);

/** Lying flat, chin on the floor. */
export const tiredDog = (x, y, scale) =>
  at(x, y, scale, [
    ground(60, 0, 260, 20),
    line('M290 -40C350 -40 376 -20 392 -10', shade(FUR.dog, 0.1), 30),
    form('M-80 0C-90 -140 40 -200 150 -190C260 -180 330 -110 316 0Z', FUR.dog, { dx: -26, dy: -20 }),
    form('M190 0C180 -80 240 -120 290 -90C330 -60 334 -20 320 0Z', FUR.dog, { dx: -14, dy: -14 }),
    form(rr(60, -40, 150, 42, 21), tint(FUR.dog, 0.5), { dx: -10, dy: -8 }),
    form(rr(-230, -40, 150, 42, 21), tint(FUR.dog, 0.5), { dx: -10, dy: -8 }),
    form('M-96 -120Q-10 -60 80 -120L84 -84Q0 -30 -96 -84Z', C.evergreen, { dx: -10, dy: -6 }),
    at(-10, -116, 1, [dogHead({ sad: true, look: -6 })]),
  ]);

const catHead = ({ look = 0, asleep = false, wide = false } = {}) =>
  join(
    form(
      'M-84 -96Q-76 -108 -36 -66Q0 -76 36 -66Q76 -108 84 -96Q100 -40 84 10C78 62 40 84 0 84C-40 84 -78 62 -84 10Q-100 -40 -84 -96Z',
      FUR.cat,
      {
        dx: -18,
        dy: -10,
        inside: [
          flat('M-74 -82L-46 -54L-74 -34Z', C.rose),
          flat('M74 -82L46 -54L74 -34Z', C.rose),
          line('M-18 -72L-14 -40M0 -76L0 -38M18 -72L14 -40', FUR.stripe, 9),
          line('M-92 14L-62 10M-88 36L-62 28M92 14L62 10M88 36L62 28', FUR.stripe, 8),
        ],
      },
    ),
    flat(ell(-16, 44, 26, 22), tint(FUR.cat, 0.7)),
    flat(ell(16, 44, 26, 22), tint(FUR.cat, 0.7)),
    asleep
      ? line('M-52 6Q-36 18 -22 6M22 6Q36 18 52 6', C.ink, 6)
      : join(
          [-36, 36].map((x) =>
            join(
              flat(ell(x, 2, wide ? 17 : 15, wide ? 19 : 14), C.honey),
              flat(ell(x + look, 2, wide ? 9 : 6, wide ? 14 : 12), C.ink),
              gleam(ell(x + look - 4, -4, 3.5), 0.9),
            ),
          ),
        ),
    flat('M-10 26L10 26L0 38Z', C.clay),
    line('M0 38Q-8 54 -22 48M0 38Q8 54 22 48', C.ink, 4),
    line('M-44 42L-104 34M-44 52L-100 60M44 42L104 34M44 52L100 60', C.cream, 3, 0.8),
  );

/** Sitting, seen from the front, tail around the feet. */
export const cat = (x, y, scale, { tilt = 5, look = 0, wide = false } = {}) =>
  at(x, y, scale, [
    ground(0, 2, 110, 12),
    form('M-82 0C-110 -90 -70 -220 0 -220C70 -220 110 -90 82 0Z', FUR.cat, {
      dx: -24,
      dy: -8,
      inside: [
        line('M-104 -110L-58 -100M-108 -70L-60 -64M104 -110L58 -100M108 -70L60 -64', FUR.stripe, 12),
        flat('M-36 -210C-48 -150 -30 -100 0 -94C30 -100 48 -150 36 -210Z', tint(FUR.cat, 0.7)),
      ],
    }),
    form(rr(-42, -110, 38, 110, 19), tint(FUR.cat, 0.1), { dx: -8, dy: 0 }),
    form(rr(4, -110, 38, 110, 19), tint(FUR.cat, 0.1), { dx: -10, dy: 0 }),
    flat(ell(-24, -12, 26, 15), tint(FUR.cat, 0.7)),
    flat(ell(24, -12, 26, 15), tint(FUR.cat, 0.7)),
    line('M74 -16C130 -10 130 30 60 16C20 6 -20 14 -56 4', shade(FUR.cat, 0.2), 32),
    line('M72 -20C124 -14 122 24 58 11C20 2 -20 10 -56 0', FUR.cat, 24),
    line('M118 4L100 -6M70 22L74 4M28 14L30 -2', FUR.stripe, 9),
    turned(tilt, 0, -240, at(0, -254, 1, [catHead({ look, wide })])),
  ]);

/** Head and paws over an edge at y = 0. */
export const peekingCat = (x, y, scale, options = {}) =>
  at(x, y, scale, [turned(options.tilt ?? -4, 0, -40, at(0, -60, 1, [catHead(options)]))]);
export const catPaws = (x, y, scale) =>
  at(
    x,
    y,
    scale,
    [-70, 70].map((dx) =>
      join(
        form(rr(dx - 28, -26, 56, 56, 28), tint(FUR.cat, 0.5), { dx: -8, dy: -6 }),
        line(`M${dx - 9} 6L${dx - 9} 22M${dx + 9} 6L${dx + 9} 22`, shade(FUR.cat, 0.1), 4),
      ),
    ),
  );
