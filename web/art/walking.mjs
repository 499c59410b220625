// Collars, leads, harnesses and coats.
import { C, at, cord, ell, flat, form, gleam, ground, join, line, poly, rope, rr, shade, stitch, times, tint, turned } from './kit.mjs';
import { icon, mark } from './icons.mjs';

const brass = C.honey;
const ring = (x, y, size, width = 12, color = brass) =>
  join(line(ell(x, y, size), shade(color, 0.25), width), line(ell(x - 1.5, y - 2, size), color, width * 0.66));
const trigger = (x, y, turn, color = brass) =>
  at(
    x,
    y,
    1,
    [
      ring(0, 0, 24, 12, color),
      form(rr(-14, 20, 28, 34, 8), color, { dx: -7, dy: 0 }),
      line('M0 54L0 70C-40 84 -40 140 0 146C30 146 40 120 30 100', shade(color, 0.25), 18),
      line('M-2 54L-2 68C-42 82 -42 138 -2 144C26 144 38 120 28 100', color, 12),
      line('M26 74L30 108', tint(color, 0.3), 10),
    ],
    turn,
  );

export const walking = {
  'VLR-WLK-001': () =>
    join(
      ground(400, 600, 250, 30),
      flat('M150 430A250 130 0 0 1 650 430L650 490A250 130 0 0 0 150 490Z', shade(C.bark, 0.4)),
      stitch('M176 424A226 108 0 0 1 624 424', C.sand, 4),
      form('M150 430A250 130 0 0 0 650 430L650 496A250 136 0 0 1 150 496Z', '#A5683F', { dx: -20, dy: -14 }),
      stitch('M166 454A238 120 0 0 0 634 454', C.sand, 4.5),
      stitch('M168 496A236 118 0 0 0 632 496', C.sand, 4.5),
      turned(
        14,
        300,
        572,
        form(rr(244, 510, 104, 104, 16), brass, { dx: -10, dy: -10 }),
        flat(rr(266, 530, 60, 64, 8), '#8C5432'),
        form(rr(290, 524, 14, 78, 7), tint(brass, 0.3), { dx: -4, dy: 0 }),
        form(rr(354, 516, 34, 92, 12), '#8C5432', { dx: -8, dy: 0 }),
      ),
      ring(470, 612, 26),
      form(ell(474, 668, 38), tint(brass, 0.2), { dx: -10, dy: -8 }),
      icon('paw', 474, 668, 40, '#A5683F'),
    ),
  'VLR-WLK-002': () => {
    const band = 'M110 370C200 300 300 300 400 380S610 470 700 390L700 466C610 546 500 540 400 456S200 376 110 446Z';
    return at(52, 44, 0.87, [
      flat(ell(424, 668, 150, 14), C.ink, 0.12),
      form(band, C.plum, {
        dx: -4,
        dy: -18,
        inside: times(13, (i) =>
          at(128 + i * 46, [398, 366, 346, 344, 356, 388, 428, 458, 478, 486, 482, 466, 440][i] + 4, 1, [
            flat(
              poly([
                [0, -24, 3],
                [22, 0, 3],
                [0, 24, 3],
                [-22, 0, 3],
              ]),
              i % 2 ? C.honey : C.rose,
            ),
            flat(ell(0, 0, 7), C.cream),
          ]),
        ),
      }),
      turned(
        -34,
        128,
        410,
        form(rr(70, 362, 104, 96, 18), C.charcoal, { dx: -12, dy: -10 }),
        flat(rr(96, 384, 52, 52, 8), shade(C.charcoal, 0.3)),
        flat(rr(52, 386, 34, 16, 8), C.charcoal),
        flat(rr(52, 418, 34, 16, 8), C.charcoal),
      ),
      turned(
        -36,
        690,
        428,
        form(rr(640, 378, 92, 96, 18), C.charcoal, { dx: -12, dy: -10 }),
        flat(rr(660, 410, 34, 32, 6), shade(C.charcoal, 0.35)),
      ),
      ring(424, 520, 26, 11, C.steel),
      form('M424 548C470 548 490 580 484 612C478 648 450 660 424 660C398 660 370 648 364 612C358 580 378 548 424 548Z', C.honey, {
        dx: -12,
        dy: -10,
      }),
      icon('bone', 424, 608, 68, shade(C.honey, 0.4)),
    ]);
  },
  'VLR-WLK-003': () =>
    join(
      ground(390, 640, 230, 24),
      rope('M566 560C640 520 660 400 600 330', C.evergreen, 34, C.honey),
      [
        [390, 470, 190, 164],
        [384, 476, 160, 132],
        [394, 466, 130, 104],
        [388, 474, 100, 76],
      ].map(([x, y, a, b]) => rope(ell(x, y, a, b), C.evergreen, 34, C.honey)),
      rope('M300 350C240 250 280 160 360 160S460 250 410 330', C.evergreen, 34, C.honey),
      form(rr(330, 314, 110, 64, 18), '#A5683F', { dx: -14, dy: -10 }),
      stitch('M344 330L426 330M344 362L426 362', C.sand, 4),
      form(rr(560, 300, 70, 56, 14), '#A5683F', { dx: -10, dy: -8 }),
      trigger(598, 272, 182),
    ),
  'VLR-WLK-004': () =>
    join(
      ground(400, 650, 190, 22),
      line('M258 330C180 420 190 600 400 626C610 600 620 420 542 330', shade(C.clay, 0.34), 50),
      line('M252 500Q400 590 548 500', shade(C.clay, 0.42), 40),
      form(
        'M300 170C240 200 210 270 226 340C246 420 320 460 360 540Q400 580 440 540C480 460 554 420 574 340C590 270 560 200 500 170L462 196C510 250 500 310 400 356C300 310 290 250 338 196Z',
        C.clay,
        { dx: -14, dy: -14 },
      ),
      stitch(
        'M300 200C256 236 240 290 250 336C268 400 336 440 378 526M500 200C544 236 560 290 550 336C532 400 464 440 422 526',
        C.cream,
        4,
      ),
      form('M292 176Q400 120 508 176L488 220Q400 176 312 220Z', shade(C.clay, 0.14), { dx: -8, dy: -10 }),
      cord('M346 156C350 100 450 100 454 156', C.charcoal, 20),
      form(rr(364, 546, 72, 92, 14), C.clay, { dx: -12, dy: 0 }),
      form(rr(214, 330, 66, 54, 12), C.charcoal, { dx: -10, dy: -6 }),
      form(rr(520, 330, 66, 54, 12), C.charcoal, { dx: -10, dy: -6 }),
      flat(rr(240, 344, 14, 26, 4), C.steel),
      flat(rr(546, 344, 14, 26, 4), C.steel),
      ring(400, 440, 30, 13, C.steel),
      form(rr(374, 466, 52, 30, 8), C.charcoal, { dx: -8, dy: -4 }),
      mark('Lodenfell', 400, 596, 46, C.cream),
    ),
  'VLR-WLK-005': () =>
    join(
      ground(400, 640, 230, 20),
      form('M300 480L300 560Q400 640 520 560L520 480Z', shade(C.honey, 0.3), { dx: -10 }),
      form(
        'M170 250C230 190 300 220 340 230C440 250 540 230 610 270C670 310 680 420 650 500C640 530 600 520 570 500C500 470 440 520 380 530C300 540 250 500 240 440C230 400 190 380 168 340C156 310 150 270 170 250Z',
        C.honey,
        {
          dx: -22,
          dy: -24,
          inside: [
            line('M330 220C318 320 320 440 350 536', shade(C.honey, 0.1), 6),
            line('M200 430C320 500 520 400 670 430', '#F7F1DC', 26),
            line('M200 448C320 518 520 418 670 448', shade(C.honey, 0.2), 4),
          ],
        },
      ),
      form('M150 290C130 240 150 190 200 186C250 190 290 230 300 270C280 330 230 380 190 390C160 370 156 330 150 290Z', C.charcoal, {
        dx: -12,
        dy: -16,
      }),
      stitch('M186 214C160 250 176 330 204 362', C.steel, 4),
      form(rr(360, 566, 100, 50, 14), C.charcoal, { dx: -10, dy: -6 }),
      form(rr(372, 580, 30, 22, 5), C.steel, { dx: -4, dy: 0 }),
      form('M470 300L580 300L576 370Q524 390 474 370Z', shade(C.honey, 0.08), { dx: -8, dy: -6 }),
      flat('M464 290L588 290L586 320Q524 334 466 320Z', shade(C.honey, 0.2)),
      flat(ell(526, 316, 7), C.cream),
      mark('Lodenfell', 526, 350, 32, C.evergreen),
    ),
  'VLR-WLK-006': () =>
    join(
      ground(400, 640, 170, 22),
      ring(400, 196, 58, 22, C.steel),
      line('M440 164L446 220', tint(C.steel, 0.5), 14),
      cord('M400 250L400 310', C.charcoal, 20),
      form(rr(270, 300, 260, 260, [60, 60, 90, 90]), C.evergreen, { dx: -34, dy: -14 }),
      flat(rr(268, 396, 264, 9), shade(C.evergreen, 0.35)),
      icon('paw', 400, 350, 62, C.moss),
      form('M356 470L444 470L450 600Q430 586 410 604Q392 622 372 604Q360 594 350 604Z', C.moss, { dx: -12, dy: 0 }),
      form(rr(340, 454, 120, 24, 12), shade(C.evergreen, 0.5), { dusk: 0 }),
      line('M366 540L436 540', shade(C.moss, 0.16), 4),
      gleam(rr(292, 340, 14, 44, 7), 0.4),
      gleam(rr(292, 420, 14, 90, 7), 0.3),
      turned(
        24,
        590,
        600,
        form(rr(550, 560, 90, 76, 14), C.moss, { dx: -14, dy: -8 }),
        flat(ell(640, 598, 16, 38), tint(C.moss, 0.4)),
        flat(ell(640, 598, 6, 15), C.bark),
      ),
    ),
};
