// Reptiles and amphibians.
import { C, at, clip, cord, ell, flat, form, gleam, ground, join, line, poly, rr, sequence, shade, times, tint } from './kit.mjs';
import { icon, mark, wording } from './icons.mjs';
import { speckles, tub } from './packs.mjs';

const leaf = (x, y, size, turn, c) =>
  at(
    x,
    y,
    size,
    [
      flat('M0 0C-40 -20 -40 -70 0 -104C40 -70 40 -20 0 0Z', c),
      flat('M0 0C40 -20 40 -70 0 -104Z', shade(c, 0.16)),
      line('M0 0L0 -84', tint(c, 0.3), 4),
    ],
    turn,
  );
const gecko = (x, y, size, turn, color = C.honey) =>
  at(
    x,
    y,
    size,
    [
      line('M110 10C180 10 200 60 260 40C290 30 290 0 270 -4', color, 26),
      line('M110 8C170 8 200 50 250 36', shade(color, 0.12), 8),
      line(
        [
          [-50, -24, -86, -66],
          [-46, 26, -84, 66],
          [76, -22, 50, -70],
          [80, 28, 56, 74],
        ]
          .map(([a, b, c, d]) => `M${a} ${b}Q${(a + c) / 2 - 10} ${(b + d) / 2} ${c} ${d}`)
          .join(''),
        color,
        20,
      ),
      flat(
        [
          [-86, -66],
          [-84, 66],
          [50, -70],
          [56, 74],
        ]
          .map(([c, d]) => [-12, 0, 12].map((o) => ell(c - 8 + o * 0.4, d + o, 7)).join(''))
          .join(''),
        color,
      ),
      form('M-90 0C-70 -44 80 -44 124 6C80 48 -70 44 -90 0Z', color, { dx: -10, dy: -12 }),
      form('M-170 2C-168 -36 -120 -46 -88 -28C-66 -14 -66 18 -88 32C-120 50 -168 40 -170 2Z', color, { dx: -8, dy: -8 }),
      flat(
        [
          [-40, -12],
          [-6, 8],
          [30, -12],
          [62, 8],
          [92, 0],
          [-106, 20],
        ]
          .map(([a, b]) => ell(a, b, 9, 7))
          .join(''),
        C.bark,
      ),
      flat(ell(-134, -26, 13), C.cream),
      flat(ell(-136, -26, 5, 10), C.ink),
      line('M-166 10Q-150 24 -124 22', C.bark, 4),
    ],
    turn,
  );

export const reptiles = {
  'VLR-REP-001': () => {
    const glass = rr(110, 230, 580, 380, 8);
    return join(
      ground(400, 630, 310, 24),
      clip(
        glass,
        flat(glass, '#E9EFE2'),
        flat('M110 230L690 230L690 400Q560 330 420 380T110 360Z', '#D3DDBF'),
        leaf(170, 520, 1.2, -20, C.leaf),
        leaf(190, 530, 1.3, 16, C.moss),
        leaf(640, 540, 1.1, 24, C.leaf),
        leaf(610, 540, 0.9, -24, C.evergreen),
        form('M300 560C320 470 400 440 480 450C560 456 600 500 610 560Z', '#A98D74', {
          dx: -16,
          dy: -14,
          inside: [flat('M410 570C410 520 440 500 476 500C512 504 530 530 530 570Z', '#4A382C')],
        }),
        cord('M120 320C240 340 300 420 420 400', C.bark, 24),
        gecko(330, 352, 0.5, 14),
        flat('M100 550Q260 530 420 552T700 546L700 620L100 620Z', '#D8A36B'),
        speckles(sequence(4), 120, 566, 560, 40, 16, '#B9814D', 5),
        flat(rr(396, 230, 8, 380), C.ink, 0.25),
        flat(rr(670, 230, 20, 380), C.ink, 0.1),
        flat('M210 230L300 230L200 610L120 610Z', '#FFFFFF', 0.16),
      ),
      form(rr(96, 196, 608, 46, 10), C.charcoal, {
        dx: -12,
        dy: -8,
        inside: flat(times(22, (i) => rr(116 + i * 26, 208, 14, 8, 2)).join(''), C.slate),
      }),
      form(rr(96, 590, 608, 46, 10), C.charcoal, { dx: -12, dy: -8 }),
      flat(rr(96, 230, 16, 370), C.charcoal),
      flat(rr(688, 230, 16, 370), shade(C.charcoal)),
      flat(rr(380, 470, 10, 44, 5), C.charcoal),
      flat(rr(410, 470, 10, 44, 5), C.charcoal),
      mark('Emberscale', 400, 614, 30, C.honey, C.clay),
    );
  },
  'VLR-REP-002': () =>
    join(
      line('M420 170C430 90 560 80 590 150', C.ink, 10),
      flat('M236 430L564 430L690 650L110 650Z', '#FFF2C2', 0.6),
      flat('M290 430L510 430L560 650L240 650Z', '#FFF2C2', 0.7),
      form(rr(356, 150, 110, 90, [24, 24, 8, 8]), C.charcoal, {
        dx: -26,
        dy: 0,
        inside: times(4, (i) => flat(rr(350, 176 + i * 16, 120, 5), C.slate)),
      }),
      form('M350 232L470 232C560 260 620 340 630 430L190 430C200 340 260 260 350 232Z', C.clay, { dx: -54, dy: -4 }),
      flat(ell(410, 430, 220, 34), shade(C.clay, 0.4)),
      flat(ell(410, 432, 196, 26), tint(C.honey, 0.3)),
      form('M350 424C340 490 370 520 410 520C450 520 480 490 470 424A60 10 0 0 1 350 424Z', '#FFE9A6', {
        dx: -16,
        dy: 0,
        dusk: 0.08,
      }),
      gleam('M250 390C262 340 300 296 350 272C362 270 364 284 354 290C312 314 284 350 272 394C266 406 248 404 250 390Z', 0.45),
      ground(400, 652, 230, 18),
      mark('Emberscale', 410, 340, 64, C.honey, C.cream),
    ),
  'VLR-REP-003': () =>
    join(
      ground(400, 630, 290, 28),
      form(
        'M110 620C100 540 140 500 180 470C190 400 240 380 290 370C330 300 430 280 490 320C560 320 600 370 620 430C680 470 700 550 690 620Q400 650 110 620Z',
        '#A58F7C',
        {
          dx: -30,
          dy: -26,
          inside: [
            flat('M180 480C260 440 330 470 400 440S560 430 620 440L620 470C560 460 480 470 400 474S260 480 180 510Z', '#947D6A'),
            flat('M280 390C340 370 420 390 520 350L540 372C430 410 340 396 270 414Z', '#B7A38F'),
            line('M160 560Q210 540 240 570M560 500Q620 500 650 540M520 340Q540 380 590 400', '#8A7463', 7),
          ],
        },
      ),
      flat('M270 626C260 520 320 470 400 470C480 470 540 520 530 628Q400 640 270 626Z', '#3B2D25'),
      flat('M296 627C292 540 340 500 400 500C452 500 500 540 506 629Q400 638 296 627Z', '#2C211B'),
      gecko(398, 596, 0.44, 6),
      leaf(150, 604, 0.7, -30, C.leaf),
      leaf(168, 610, 0.6, 10, C.moss),
      leaf(650, 612, 0.7, 20, C.leaf),
      flat(ell(330, 362, 40, 10), C.moss),
      flat(ell(560, 360, 30, 9), C.moss),
    ),
  'VLR-REP-004': () =>
    join(
      ground(400, 650, 200, 20),
      form(ell(400, 410, 224), C.charcoal, { dx: -26, dy: -20 }),
      flat(ell(400, 410, 190), C.cream),
      (() => {
        const arc = (a, b, rad) => {
          const p = (k) =>
            `${Math.round(400 + Math.cos((k * Math.PI) / 180) * rad)} ${Math.round(430 + Math.sin((k * Math.PI) / 180) * rad)}`;
          return `M${p(a)}A${rad} ${rad} 0 0 1 ${p(b)}`;
        };
        return join(
          line(arc(180, 222, 140), C.lake, 26),
          line(arc(230, 268, 140), C.moss, 26),
          line(arc(276, 314, 140), C.honey, 26),
          line(arc(322, 360, 140), C.clay, 26),
          line(arc(186, 354, 106), shade(C.cream, 0.2), 5, undefined, '3 15'),
        );
      })(),
      line('M400 440L474 342', C.ink, 13),
      form(ell(400, 440, 28), C.clay, { dx: -8, dy: -7 }),
      form(rr(318, 500, 164, 64, 16), '#CFDDB8', { dx: 8, dy: 8 }),
      icon('drop', 350, 532, 40, C.lake, C.sky),
      line(
        'M382 516L382 548M382 516L404 516L404 532L382 532M382 548L404 548L404 532M422 516L444 516L444 548L422 548ZM422 532L444 532',
        C.ink,
        5,
      ),
      gleam('M240 330C262 280 300 250 340 240C352 240 352 252 342 256C306 268 276 298 258 338C250 350 234 344 240 330Z', 0.5),
    ),
  'VLR-REP-005': () =>
    join(
      ground(390, 640, 260, 26),
      form('M450 640C470 590 510 550 560 550C620 550 660 600 680 640Z', '#6E4A33', { dx: -12, dy: -10 }),
      form(
        poly([
          [140, 380, 14],
          [190, 320, 14],
          [560, 320, 14],
          [520, 380, 10],
        ]),
        '#9C7350',
        { dusk: 0 },
      ),
      form(
        poly([
          [520, 380, 8],
          [560, 320, 14],
          [560, 560, 14],
          [520, 640, 12],
        ]),
        '#6E4A33',
        { dusk: 0 },
      ),
      form(rr(140, 378, 384, 262, 14), '#8A6144', {
        dx: -10,
        dy: -10,
        inside: [
          (() => {
            const next = sequence(23);
            return times(46, (i) => {
              const [x, y] = [140 + next() * 370, 385 + next() * 250];
              return line(
                `M${Math.round(x)} ${Math.round(y)}L${Math.round(x + 16 + next() * 24)} ${Math.round(y + (next() - 0.5) * 20)}`,
                i % 2 ? '#A57A55' : '#74502F',
                4,
              );
            });
          })(),
        ],
      }),
      form(rr(206, 430, 250, 150, 10), C.cream, { dx: -6, dy: -6 }),
      flat(rr(206, 430, 250, 26), C.evergreen),
      leaf(286, 560, 0.8, -30, C.leaf),
      leaf(300, 560, 0.9, 4, C.moss),
      leaf(316, 560, 0.7, 36, C.evergreen),
      wording(392, 486, [60, 20], C.bark, 10),
      wording(392, 512, [40, 30], C.clay, 8),
      mark('Emberscale', 392, 548, 36, C.clay, C.honey),
      [
        [640, 640],
        [600, 650],
        [668, 650],
        [560, 646],
      ].map(([x, y]) => flat(ell(x, y, 14, 7), '#7A5438')),
    ),
  'VLR-REP-006': () =>
    join(
      ground(400, 640, 240, 20),
      form(
        'M110 600C180 560 220 500 260 440C300 380 320 280 300 180C310 160 336 160 344 182C362 260 356 330 344 390C420 340 480 300 560 240C580 230 600 246 590 266C520 330 440 390 370 440C420 450 540 440 640 480C664 492 660 516 634 516C530 496 420 510 330 500C280 560 220 620 150 650C110 650 96 620 110 600Z',
        C.bark,
        {
          dx: -12,
          dy: -14,
          inside: [
            line(
              'M160 610C240 560 300 480 322 400C336 330 334 260 326 190M360 460C440 400 500 350 560 270M340 480Q480 470 620 496',
              shade(C.bark, 0.2),
              6,
            ),
          ],
        },
      ),
      leaf(590, 250, 0.9, 50, C.leaf),
      leaf(560, 250, 0.8, -10, C.moss),
      leaf(316, 190, 0.9, -30, C.leaf),
      leaf(330, 180, 0.8, 26, C.evergreen),
      leaf(640, 490, 0.8, 100, C.moss),
      leaf(470, 330, 0.6, -40, C.evergreen),
      gecko(430, 404, 0.8, -37, C.moss),
    ),
  'VLR-REP-007': () =>
    join(
      tub(
        380,
        350,
        140,
        280,
        C.cream,
        C.clay,
        [flat(rr(200, 430, 400, 150), C.leaf), at(396, 506, 1, gecko(0, 0, 0.62, 0)), wording(380, 602, [50, 36], C.clay, 9)],
        { lidHeight: 60 },
      ),
      form('M540 640C560 590 590 570 612 570C640 574 664 610 680 640Q610 654 540 640Z', '#FFFFFF', { dx: -14, dy: -6 }),
      cord('M600 600L690 500', C.steel, 14),
      flat(ell(598, 606, 26, 14), C.steel),
    ),
};
