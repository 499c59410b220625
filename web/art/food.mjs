// Dog food and cat food.
import { C, at, ell, flat, form, ground, join, poly, rr, shade, tint, times, turned } from './kit.mjs';
import { icon, kibble, mark, wording } from './icons.mjs';
import { bottle, carton, hills, jar, panel, pouch, sack, stripes, tin } from './packs.mjs';

const scatter = [
  [-58, 4],
  [-30, -8],
  [-4, 6],
  [24, -6],
  [52, 6],
  [-44, -26],
  [-14, -30],
  [14, -32],
  [40, -26],
  [-28, -48],
  [2, -54],
  [28, -48],
  [0, -74],
];
const pile = (x, y, color, size = 15) =>
  join(
    ground(x, y + 14, 84, 9),
    kibble(
      scatter.map(([a, b]) => [x + a, y + b]).sort((p, q) => p[1] - q[1]),
      color,
      size,
    ),
  );

export const dogFood = {
  'VLR-DOG-001': () =>
    join(
      sack(390, 130, 350, 520, C.kraft, [
        panel(232, 262, 318, 250, C.evergreen, 0),
        panel(232, 262, 318, 12, C.honey, 0),
        panel(232, 500, 318, 12, C.honey, 0),
        icon('lamb', 390, 374, 150, C.cream, '#5A4A42'),
        wording(390, 474, [70, 40, 54], C.honey),
        mark('Aldermoor', 390, 222, 62, C.bark),
        icon('barley', 292, 388, 88, C.honey, C.moss, -18),
        icon('barley', 488, 388, 88, C.honey, C.moss, 18),
      ]),
      pile(606, 650, C.bark),
    ),
  'VLR-DOG-002': () =>
    join(
      pouch(
        400,
        150,
        330,
        500,
        '#3E6C7C',
        [
          hills(230, 340, 470, '#2C5060', '#57899A'),
          flat(
            poly([
              [250, 500, 8],
              [360, 320, 12],
              [450, 470, 8],
            ]),
            '#9CC0CB',
          ),
          flat(
            poly([
              [338, 356, 4],
              [360, 320, 12],
              [386, 364, 4],
              [366, 356, 4],
              [354, 370, 4],
            ]),
            C.cream,
          ),
          flat(
            poly([
              [370, 500, 8],
              [468, 350, 12],
              [570, 510, 8],
            ]),
            '#7DA9B7',
          ),
          flat(ell(470, 290, 26), C.honey),
          hills(230, 340, 480, '#2C5060', '#44727F'),
          panel(270, 520, 260, 92, C.cream, 46),
          icon('fish', 346, 566, 96, C.clay, C.rose),
          wording(458, 550, [60, 26], '#2C5060'),
          wording(450, 574, [44, 30], C.rose, 7),
          mark('Säntishof', 400, 248, 56, C.cream, C.sky),
        ],
        { seal: '#2C5060' },
      ),
    ),
  'VLR-DOG-003': () =>
    join(
      pouch(
        400,
        200,
        310,
        450,
        C.honey,
        [
          flat(ell(400, 400, 116), C.cream),
          icon('dog', 400, 398, 168, '#D79A5C', C.bark),
          times(12, (i) => at(400, 400, 1, flat(ell(0, -134, 9), C.clay), i * 30)),
          wording(400, 562, [80, 46], C.clay, 12),
          wording(400, 588, [40, 60, 30], shade(C.honey, 0.3), 7),
        ],
        { seal: C.clay, foot: 36 },
      ),
      pile(600, 654, '#B87B45', 12),
    ),
  'VLR-DOG-004': () =>
    join(
      tin(370, 330, 150, 270, C.clay, [
        flat(rr(200, 420, 340, 130), C.cream),
        icon('cow', 318, 484, 104, C.bark, C.blush),
        icon('carrot', 426, 486, 110, '#DE8242', C.moss, -10),
        wording(370, 378, [60, 44], C.cream, 11),
      ]),
      tin(556, 478, 92, 132, C.moss, [flat(rr(440, 546, 240, 44), C.cream), icon('carrot', 556, 570, 52, '#DE8242', C.leaf)]),
    ),
  'VLR-DOG-005': () =>
    join(
      ground(400, 640, 262, 26),
      form(
        poly([
          [150, 430, 18],
          [650, 430, 18],
          [610, 640, 34],
          [190, 640, 34],
        ]),
        C.steel,
        { dx: -40, inside: stripes(150, 430, 500, 240, 20, shade(C.steel, 0.1), 0.4) },
      ),
      form(rr(128, 394, 544, 54, 22), tint(C.steel, 0.3), { dx: -16, dy: -8 }),
      form(
        poly([
          [146, 394, 12],
          [196, 236, 26],
          [604, 236, 26],
          [654, 394, 12],
        ]),
        C.plum,
        {
          dx: -18,
          inside: [
            flat(
              poly([
                [146, 398],
                [174, 310],
                [626, 310],
                [656, 398],
              ]),
              shade(C.plum, 0.14),
            ),
            flat(ell(400, 318, 74, 66), C.cream),
            icon('stag', 400, 318, 104, C.bark, C.clay),
            wording(258, 330, [52, 24], C.blush, 10),
            wording(544, 330, [30, 46], C.blush, 10),
            mark('Säntishof', 262, 286, 40, C.honey),
          ],
        },
      ),
      form('M604 236Q640 240 664 214Q676 232 660 262Q640 284 618 280Z', C.blush, { dx: -8, dy: -6 }),
    ),
  'VLR-DOG-006': () =>
    join(
      jar(
        390,
        250,
        270,
        400,
        [
          flat(rr(240, 320, 320, 340), '#B5714A'),
          kibble(
            times(46, (i) => [262 + (i % 8) * 38 + (Math.floor(i / 8) % 2) * 16, 326 + Math.floor(i / 8) * 56]),
            '#B5714A',
            22,
          ),
          panel(296, 400, 188, 170, C.cream, 16),
          icon('duck', 390, 470, 104, C.moss, C.evergreen),
          wording(390, 532, [50, 34], C.clay),
        ],
        C.evergreen,
      ),
      kibble(
        [
          [566, 640],
          [604, 646],
          [586, 616],
        ],
        '#B5714A',
        22,
      ),
    ),
};

export const catFood = {
  'VLR-CAT-001': () =>
    join(
      sack(
        400,
        160,
        280,
        490,
        C.cream,
        [
          flat('M220 240L580 240L580 430Q400 520 220 430Z', C.rose),
          icon('cat', 400, 372, 168, C.cream, C.rose),
          mark('Pelotte', 400, 262, 46, C.plum),
          icon('hen', 400, 548, 92, C.clay, shade(C.clay)),
          wording(400, 600, [40, 60], C.plum, 8),
        ],
        { tape: C.plum, thread: C.blush, base: C.blush },
      ),
    ),
  'VLR-CAT-002': () =>
    join(
      tin(
        400,
        470,
        176,
        130,
        C.lake,
        [flat(rr(180, 530, 440, 40), C.cream, 0.9), times(5, (i) => icon('fish', 242 + i * 80, 550, 56, C.evergreen, C.moss))],
        { ring: false },
      ),
      tin(388, 338, 176, 130, '#3F7A8C', [
        icon('fish', 388, 440, 150, C.cream, C.sky),
        times(3, (i) => flat(ell(500 + i * 16, 420 - i * 12, 7 - i), C.sky)),
      ]),
    ),
  'VLR-CAT-003': () =>
    turned(
      -5,
      400,
      420,
      pouch(
        400,
        190,
        300,
        430,
        C.plum,
        [
          flat(ell(400, 400, 104, 122), C.blush),
          icon('duck', 400, 396, 156, C.cream, C.rose),
          flat('M230 540Q400 470 570 540L570 700L230 700Z', C.honey),
          mark('Pelotte', 400, 574, 54, C.plum, C.honey),
        ],
        { seal: shade(C.plum, 0.25), zip: false, foot: 30 },
      ),
    ),
  'VLR-CAT-004': () => {
    const cup = (x, y, c, glyph) =>
      join(
        ground(x, y + 128, 88, 14),
        form(
          poly([
            [x - 96, y, 6],
            [x + 96, y, 6],
            [x + 74, y + 130, 26],
            [x - 74, y + 130, 26],
          ]),
          C.cream,
          { dx: -22, inside: [flat(rr(x - 110, y + 46, 220, 50), c), icon(glyph, x, y + 70, 74, C.cream, c)] },
        ),
        form(rr(x - 108, y - 20, 216, 30, 15), c, { dx: -14, dy: -4 }),
        form(`M${x + 84} ${y - 18}Q${x + 122} ${y - 26} ${x + 128} ${y - 2}Q${x + 108} ${y + 16} ${x + 92} ${y + 8}Z`, tint(c, 0.3), {
          dx: -4,
          dy: -4,
        }),
      );
    return at(-106, -176, 1.26, [cup(290, 520, C.clay, 'hen'), cup(516, 520, C.lake, 'fish'), cup(402, 369, C.honey, 'cat')]);
  },
  'VLR-CAT-005': () =>
    join(
      carton(196, 300, 330, 330, 96, C.moss, [
        flat('M196 520C280 450 380 520 526 440L526 640L196 640Z', C.evergreen),
        icon('rabbit', 361, 418, 176, C.cream, C.blush),
        wording(361, 566, [70, 40, 30], C.cream, 11),
        wording(361, 592, [40, 54], C.moss, 8),
      ]),
      turned(
        10,
        600,
        560,
        form(
          poly([
            [556, 470, 6],
            [660, 470, 6],
            [668, 640, 14],
            [548, 640, 14],
          ]),
          C.evergreen,
          { dx: -10, inside: [flat(rr(540, 470, 140, 22), shade(C.evergreen)), icon('rabbit', 608, 566, 74, C.cream, C.blush)] },
        ),
      ),
    ),
  'VLR-CAT-006': () =>
    join(
      bottle(
        400,
        262,
        200,
        390,
        '#EBD6A4',
        [
          flat(rr(280, 430, 240, 150), C.cream),
          flat(rr(280, 430, 240, 10), C.clay),
          flat(rr(280, 570, 240, 10), C.clay),
          icon('hen', 400, 496, 100, C.honey, C.clay),
          wording(400, 550, [34, 26], C.clay, 7),
        ],
        { shoulder: 84, neck: 0.5 },
      ),
      form(rr(344, 196, 112, 78, 14), C.clay, {
        dx: -18,
        dy: 0,
        inside: times(8, (i) => flat(rr(350 + i * 14, 206, 4, 70), shade(C.clay, 0.18))),
      }),
      ground(610, 646, 70, 10),
      form('M528 580L692 580Q690 646 610 648Q530 646 528 580Z', C.cream, { dx: -16 }),
      flat(ell(610, 580, 82, 17), '#E2B765'),
      flat(ell(598, 577, 40, 6), '#F0D498'),
    ),
};
