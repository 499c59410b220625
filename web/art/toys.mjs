// Toys for dogs and cats.
import {
  C,
  at,
  clip,
  cord,
  drum,
  ell,
  flat,
  form,
  gleam,
  ground,
  join,
  line,
  poly,
  rope,
  rr,
  shade,
  stitch,
  times,
  tint,
  turned,
} from './kit.mjs';
import { icon, mark } from './icons.mjs';

const feather = (x, y, length, turn, color, second) =>
  at(
    x,
    y,
    1,
    [
      form(
        `M0 0C${-length * 0.24} ${-length * 0.3} ${-length * 0.2} ${-length * 0.8} 0 ${-length}C${length * 0.22} ${-length * 0.8} ${length * 0.22} ${-length * 0.3} 0 0Z`,
        color,
        {
          dx: -length * 0.16,
          dy: 0,
          dusk: 0.2,
          inside: [flat(`M-60 ${-length * 0.62}L60 ${-length * 0.46}L60 ${-length * 1.1}L-60 ${-length * 1.1}Z`, second)],
        },
      ),
      line(`M0 0L0 ${-length * 0.9}`, tint(color, 0.5), 4),
      flat(`M2 ${-length * 0.3}L40 ${-length * 0.5}L40 ${-length * 0.44}Z`, shade(color, 0.1), 0.5),
    ],
    turn,
  );

const mouse = (x, y, size, color, ear, flip = 1) =>
  at(
    x,
    y,
    [size * flip, size],
    [
      line('M96 44C160 50 170 0 210 14C236 24 230 52 210 52', ear, 9),
      flat(ell(0, 70, 124, 12), C.ink, 0.13),
      form('M-130 52C-126 20 -80 -60 10 -60C80 -60 116 0 108 66L-110 68Q-130 66 -130 52Z', color, { dx: -18 * flip, dy: -16 }),
      form(ell(-20, -50, 36, 38), color, { dx: -8 * flip, dy: -6 }),
      flat(ell(-22, -47, 22, 24), ear),
      form(ell(-78, -18, 24, 28), shade(color, 0.08), { dx: -6 * flip, dy: -5 }),
      flat(ell(-82, 20, 8), C.ink),
      flat(ell(-128, 52, 12, 10), ear),
      stitch('M-46 66C-20 20 30 -16 96 -4', tint(color, 0.5), 4),
      line('M-118 56L-150 48M-118 60L-150 66', C.ink, 3, 0.6),
    ],
  );

export const toys = {
  'VLR-TOY-001': () => {
    const knot = (x, y, turn) =>
      at(
        x,
        y,
        1,
        [
          form('M-74 -6C-84 -56 -30 -82 10 -74C62 -72 86 -34 76 10C72 54 30 78 -10 72C-54 70 -72 40 -74 -6Z', C.lake, {
            dx: -18,
            dy: -16,
            inside: [
              line('M-80 30Q-30 -50 70 -66', C.cream, 22),
              line('M-50 70Q10 0 84 -10', shade(C.lake, 0.2), 8),
              line('M-78 -10Q-40 -60 20 -80', shade(C.lake, 0.2), 8),
              line('M-20 78Q40 40 80 20', C.cream, 14),
            ],
          }),
        ],
        turn,
      );
    const fray = (x, y, k) =>
      join(
        flat(ell(x - k * 46, y + 66, 74, 10), C.ink, 0.12),
        times(9, (i) =>
          line(
            `M${x} ${y - 26 + i * 7}Q${x - k * 40} ${y - 50 + i * 13} ${x - k * (92 + (i % 3) * 12)} ${y - 66 + i * 17}`,
            [C.lake, C.cream, '#4F8598'][i % 3],
            13,
          ),
        ),
      );
    return join(
      ground(400, 600, 250, 22),
      fray(196, 540, 1),
      fray(604, 540, -1),
      rope('M210 540Q310 588 400 560T590 540', C.lake, 58, C.cream),
      rope('M352 540C230 420 280 210 400 210S570 420 448 540', C.clay, 50, C.cream),
      knot(208, 536, 0),
      knot(592, 536, 40),
      at(400, 556, 1.06, [knot(0, 0, 14)]),
    );
  },
  'VLR-TOY-002': () =>
    join(
      ground(400, 640, 190, 26),
      form(ell(400, 430, 212, 212), C.clay, {
        dx: -34,
        dy: -30,
        inside: [
          line('M150 350Q400 250 660 350', C.cream, 26),
          line('M150 520Q400 640 660 510', C.cream, 26),
          line('M160 380Q400 280 650 380', shade(C.clay, 0.16), 10),
          line('M160 490Q400 606 650 480', shade(C.clay, 0.16), 10),
        ],
      }),
      mark('Tumblewick', 396, 436, 116, C.honey),
      gleam('M244 356C262 304 306 266 356 252C372 250 372 268 358 274C316 290 286 320 268 364C260 380 240 374 244 356Z', 0.5),
      flat(ell(556, 540, 13), shade(C.clay, 0.5)),
    ),
  'VLR-TOY-003': () =>
    join(
      ground(430, 650, 190, 16),
      cord('M170 640L520 176', C.wood, 20),
      cord('M170 640L240 547', C.plum, 34),
      stitch('M182 614L226 556', C.honey, 4),
      flat(ell(520, 176, 12), C.honey),
      line('M520 176C640 180 660 290 590 352', C.ink, 4.5),
      feather(590, 366, 190, 150, C.lake, C.plum),
      feather(590, 366, 210, 188, C.honey, C.clay),
      feather(590, 366, 180, 222, C.moss, C.evergreen),
      form(ell(590, 362, 24, 28), C.clay, { dx: -7, dy: -6 }),
      form(ell(600, 318, 15), C.honey, { dx: -5, dy: -4 }),
    ),
  'VLR-TOY-004': () => join(mouse(566, 496, 1.12, C.moss, C.blush, -1), mouse(300, 560, 1.36, '#A8A49B', C.blush)),
  'VLR-TOY-005': () => {
    const tones = [C.moss, C.evergreen, C.honey, '#A9C49B', C.leaf];
    return join(
      ground(400, 640, 264, 28),
      form(rr(120, 200, 560, 430, 60), C.evergreen, { dx: -16, dy: -18 }),
      stitch(rr(138, 218, 524, 394, 46), C.moss, 4),
      times(5, (row) =>
        times(7, (i) => {
          const x = 182 + i * 70 + (row % 2) * 16;
          const y = 284 + row * 72;
          const c = tones[(row * 3 + i * 2 + ((i * row) % 3)) % 5];
          return at(
            x,
            y,
            1.24,
            [
              flat('M-24 20Q-34 -36 0 -44Q34 -36 24 20Q0 34 -24 20Z', c),
              flat('M2 26Q28 24 24 20Q34 -36 0 -44Q22 -20 2 26Z', shade(c, 0.2)),
            ],
            ((i * 37 + row * 53) % 50) - 25,
          );
        }),
      ),
      [
        [262, 338],
        [452, 402],
        [560, 300],
        [330, 520],
        [520, 540],
      ].map(([x, y]) => icon('bone', x, y, 48, '#E2B374', C.bark, x % 40)),
    );
  },
  'VLR-TOY-006': () =>
    join(
      ground(400, 640, 270, 26),
      form(
        poly([
          [190, 250, 30],
          [610, 250, 30],
          [676, 610, 44],
          [124, 610, 44],
        ]),
        C.wood,
        { dx: -12, dy: -24, inside: [line('M150 560Q400 540 650 570M180 420Q420 440 630 410', shade(C.wood, 0.07), 4)] },
      ),
      [
        [284, 336, 48, C.plum],
        [400, 336, 48, ''],
        [516, 336, 48, C.honey],
        [262, 476, 56, ''],
        [400, 476, 56, C.lake],
        [538, 476, 56, C.clay],
      ].map(([x, y, s, c]) =>
        join(
          flat(ell(x, y, s, s * 0.72), shade(C.wood, 0.35)),
          flat(ell(x + 3, y + 5, s * 0.92, s * 0.62), shade(C.wood, 0.2)),
          c
            ? join(
                form(drum(x, y - s * 0.5, y - 4, s * 0.84, s * 0.56), c, { dx: -14, dy: 0 }),
                flat(ell(x, y - s * 0.5, s * 0.84, s * 0.56), tint(c, 0.18)),
                form(drum(x, y - s * 0.9, y - s * 0.5, s * 0.26, s * 0.16), C.cream, { dx: -6, dy: 0 }),
              )
            : icon('bone', x, y + 2, s * 1.1, '#E2B374', C.bark, -20),
        ),
      ),
      icon('paw', 400, 562, 44, shade(C.wood, 0.28)),
    ),
  'VLR-TOY-007': () =>
    join(
      ground(400, 650, 190, 22),
      turned(
        -14,
        340,
        250,
        form('M300 250C280 150 290 60 330 60C372 60 384 160 376 260Z', C.sand, { dx: -14 }),
        flat('M318 240C306 160 312 96 332 96C352 96 360 170 354 244Z', C.blush),
      ),
      turned(
        30,
        450,
        250,
        form('M424 260C416 160 428 60 468 60C510 60 520 150 500 250Z', C.sand, { dx: -14 }),
        flat('M446 244C440 170 448 96 468 96C488 96 490 160 478 240Z', C.blush),
      ),
      form('M290 560C270 440 330 400 400 400C470 400 530 440 510 560C508 630 460 650 400 650C340 650 292 630 290 560Z', C.lake, {
        dx: -26,
        inside: times(6, (i) => flat(rr(260, 440 + i * 40, 280, 16), C.cream, 0.8)),
      }),
      form('M300 460C250 480 226 540 240 576C250 592 276 586 284 566C296 530 312 520 322 500Z', C.sand, { dx: -8 }),
      form('M500 460C550 480 574 540 560 576C550 592 524 586 516 566C504 530 488 520 478 500Z', C.sand, { dx: -12 }),
      form(ell(316, 632, 58, 36), C.sand, { dx: -10, dy: -8 }),
      form(ell(484, 632, 58, 36), C.sand, { dx: -10, dy: -8 }),
      flat(ell(308, 630, 26, 20), C.blush),
      flat(ell(476, 630, 26, 20), C.blush),
      form(ell(400, 306, 132, 122), C.sand, { dx: -26, dy: -18 }),
      flat(ell(400, 350, 62, 50), tint(C.sand, 0.55)),
      flat('M384 326L416 326L400 344Z', C.clay),
      line('M400 344L400 362M400 362Q384 376 374 364M400 362Q416 376 426 364', C.bark, 5),
      flat(ell(346, 298, 11, 13), C.ink),
      flat(ell(454, 298, 11, 13), C.ink),
      flat(ell(318, 340, 20, 14), C.rose, 0.6),
      flat(ell(482, 340, 20, 14), C.rose, 0.6),
      stitch('M400 188L400 262', shade(C.sand, 0.2), 4),
    ),
  'VLR-TOY-008': () =>
    join(
      ground(410, 632, 270, 26),
      form('M270 270L620 320Q690 340 690 460Q690 590 620 610L270 630A130 180 0 0 1 270 270Z', C.plum, {
        dx: -10,
        dy: -46,
        inside: times(5, (i) => line(`M${360 + i * 76} 250Q${430 + i * 70} 450 ${360 + i * 74} 640`, tint(C.plum, 0.16), 10)),
      }),
      form(ell(270, 450, 130, 182), C.honey, { dx: -10, dy: -10 }),
      flat(ell(274, 450, 108, 158), shade(C.plum, 0.5)),
      clip(ell(274, 450, 108, 158), flat(ell(330, 460, 100, 150), shade(C.plum, 0.36)), flat(ell(372, 470, 90, 140), shade(C.plum, 0.22))),
      line('M300 292L318 372', C.ink, 3.5),
      form(ell(322, 396, 25), C.clay, { dx: -7, dy: -6 }),
      form(ell(560, 372, 44, 30), shade(C.plum, 0.5), { dusk: 0 }),
      line(ell(560, 372, 44, 30), C.honey, 8),
    ),
};
