// Treats and chews; bowls and feeding.
import {
  C,
  at,
  cord,
  ell,
  flat,
  form,
  gleam,
  ground,
  join,
  line,
  poly,
  rr,
  sequence,
  shade,
  stitch,
  times,
  tint,
  turned,
  clip,
  drum,
} from './kit.mjs';
import { icon, wording } from './icons.mjs';
import { jar, pouch, speckles } from './packs.mjs';

const biscuit = (x, y, turn, color, size = 1) =>
  at(
    x,
    y,
    size,
    [
      form(
        'M-60 -16C-66 -44 -100 -40 -98 -16C-114 -8 -114 12 -98 18C-98 42 -66 44 -60 18L60 18C66 44 98 42 98 18C114 12 114 -8 98 -16C100 -40 66 -44 60 -16Z',
        color,
        { dx: -8, dy: -9 },
      ),
      [-30, 0, 30].map((a) => flat(ell(a, 0, 5), shade(color, 0.25))),
    ],
    turn,
  );

export const treats = {
  'VLR-TRT-001': () =>
    join(
      jar(
        380,
        270,
        310,
        380,
        [
          [
            [300, 620, 8, 0],
            [440, 606, -24, 1],
            [330, 540, -62, 2],
            [440, 520, 30, 0],
            [310, 450, 20, 1],
            [440, 436, -40, 2],
            [360, 368, -8, 0],
            [330, 640, 4, 2],
            [300, 560, 40, 1],
            [460, 560, 64, 2],
            [390, 480, -4, 1],
            [300, 390, 62, 2],
            [450, 380, 20, 1],
          ].map(([x, y, t, k]) => biscuit(x, y, t, ['#D9A05E', '#C98B4B', '#E2B374'][k], 0.86)),
        ],
        C.wood,
        { glass: '#EEF3EA' },
      ),
      biscuit(600, 628, -14, '#D9A05E', 0.92),
    ),
  'VLR-TRT-002': () =>
    join(
      ground(400, 640, 210, 24),
      [
        [0, 560, '#E9CF9A'],
        [-14, 486, '#DFBE82'],
        [10, 412, '#EFDBAE'],
      ].map(([o, y, c]) =>
        form(rr(180 + o, y, 440, 84, 20), c, {
          dx: -14,
          dy: -16,
          inside: [
            [70, 20],
            [190, 50],
            [300, 26],
            [380, 54],
            [130, 58],
          ].map(([a, b]) => flat(ell(180 + o + a, y + b, 9, 6), shade(c, 0.14))),
        }),
      ),
      form(rr(352, 404, 96, 244, 6), C.clay, {
        dx: -10,
        dy: 0,
        inside: [flat(rr(352, 404, 10, 244), C.honey), flat(rr(438, 404, 10, 244), C.honey)],
      }),
      flat(ell(400, 526, 60, 60), C.cream),
      icon('peak', 398, 528, 80, C.evergreen, C.moss),
    ),
  'VLR-TRT-003': () =>
    join(
      pouch(
        400,
        190,
        300,
        460,
        '#E5927A',
        [
          flat('M220 190L580 190L580 330Q400 390 220 330Z', C.cream),
          wording(400, 296, [44, 66], C.clay, 11),
          flat('M270 470C310 410 420 404 470 452L530 416Q514 470 530 524L470 490C420 540 310 528 270 470Z', '#7A3F34'),
          [
            [330, 462],
            [372, 448],
            [414, 460],
            [352, 490],
            [396, 492],
            [440, 474],
            [310, 476],
          ].map(([x, y], i) => at(x, y, 1, flat(rr(-22, -9, 44, 18, 8), i % 2 ? '#F2B59A' : '#E79A78'), i * 37)),
          flat(ell(300, 458, 6), C.cream),
          wording(400, 572, [50, 30, 44], C.cream, 8),
        ],
        { seal: C.clay },
      ),
    ),
  'VLR-TRT-004': () =>
    join(
      ground(404, 646, 180, 18),
      [
        [-17, 290, C.plum, 'fish'],
        [-1, 400, C.clay, 'hen'],
        [15, 512, C.moss, 'duck'],
      ].map(([t, x, c, glyph]) =>
        turned(
          t,
          x,
          640,
          form(`M${x - 42} 220L${x + 42} 220L${x + 42} 600Q${x + 42} 634 ${x} 642Q${x - 42} 634 ${x - 42} 600Z`, c, {
            dx: -12,
            dy: 0,
            inside: [
              flat(rr(x - 50, 220, 100, 34), shade(c, 0.2)),
              flat(ell(x, 420, 36, 92), C.cream),
              icon(glyph, x, 398, 62, c, shade(c)),
              wording(x, 462, [24, 16], c, 6),
              flat(rr(x - 50, 600, 100, 60), tint(c, 0.4)),
            ],
          }),
          stitch(`M${x - 34} 238L${x + 34} 238`, tint(c, 0.3), 3),
          gleam(rr(x - 32, 270, 7, 300, 3), 0.3),
        ),
      ),
    ),
  'VLR-TRT-005': () => {
    const beads = times(9, (i) => [214 + i * 47, 612 - i * 47 * 0.92]);
    const strands = ['#8C4A36', '#A85B40', '#743B2E'];
    return join(
      ground(410, 640, 220, 18),
      at(0, 70, 1, [
        turned(
          24,
          400,
          420,
          at(0, 0, 1, [form(ell(176, 650, 40, 26), strands[0], { dx: -8, dy: -8 })]),
          beads.map(([x, y], i) =>
            at(
              x,
              y,
              1,
              form('M-54 -6C-40 -44 30 -52 52 -14C60 12 10 44 -22 40C-48 36 -60 16 -54 -6Z', strands[i % 3], {
                dx: -10,
                dy: -10,
                inside: [
                  line('M-40 2Q-6 -30 36 -16', tint(strands[i % 3], 0.2), 5),
                  line('M-30 20Q0 0 36 4', shade(strands[i % 3], 0.2), 4),
                ],
              }),
              i % 2 ? 6 : -84,
            ),
          ),
          at(604, 216, 1, form('M-20 20Q-6 -34 34 -36Q22 0 34 30Q4 44 -20 20Z', strands[1], { dx: -8, dy: -8 }), -20),
        ),
      ]),
    );
  },
  'VLR-TRT-006': () =>
    join(
      ground(400, 646, 170, 20),
      form('M320 300C240 380 214 470 222 570C226 640 300 650 400 650C500 650 574 640 578 570C586 470 560 380 480 300Z', C.sand, {
        dx: -34,
        inside: [line('M330 320Q300 420 300 640M470 320Q500 420 504 640M400 320L400 650', shade(C.sand, 0.07), 5)],
      }),
      form(
        'M300 210Q330 250 352 236Q376 256 400 236Q424 256 448 236Q470 250 500 210Q520 260 486 306L314 306Q280 260 300 210Z',
        tint(C.sand, 0.2),
        { dx: -18 },
      ),
      cord('M312 302Q400 322 488 302', C.clay, 15),
      cord('M452 312C470 360 500 350 506 392', C.clay, 9),
      cord('M444 314C446 360 466 380 458 420', C.clay, 9),
      flat(ell(507, 398, 12), C.bark),
      flat(ell(457, 428, 12), C.bark),
      icon('apple', 356, 480, 120, C.clay, C.leaf),
      icon('carrot', 446, 520, 120, '#DE8242', C.leaf),
      wording(400, 600, [40, 54], C.bark, 8),
    ),
};

const dish = (x, y, rx, ry, color, inner, more = {}) =>
  join(
    form(
      `M${x - rx} ${y}A${rx} ${ry} 0 0 1 ${x + rx} ${y}L${x + rx * 0.9} ${y + (more.h ?? 110)}A${rx * 0.9} ${ry * 0.9} 0 0 1 ${x - rx * 0.9} ${y + (more.h ?? 110)}Z`,
      color,
      { dx: -rx * 0.25, dy: -8, inside: more.inside },
    ),
    flat(ell(x, y, rx, ry), tint(color, 0.35)),
    flat(ell(x, y + 4, rx * 0.88, ry * 0.82), shade(inner, 0.18)),
    clip(ell(x, y + 4, rx * 0.88, ry * 0.82), flat(ell(x + rx * 0.06, y + ry * 0.5, rx * 0.86, ry * 0.8), inner)),
  );

export const bowls = {
  'VLR-BWL-001': () =>
    join(
      ground(400, 616, 236, 34),
      dish(400, 440, 240, 76, C.cream, '#F3E6CF', {
        h: 130,
        inside: [
          speckles(sequence(7), 160, 440, 480, 210, 90, C.bark, 4.5),
          flat('M150 560Q400 670 650 560L650 700L150 700Z', '#C79A74'),
          line('M168 552Q400 654 632 552', shade('#C79A74', 0.16), 4),
        ],
      }),
      icon('paw', 400, 560, 78, C.bark),
    ),
  'VLR-BWL-002': () =>
    join(
      ground(400, 648, 260, 22),
      [
        [196, 0],
        [576, 0],
      ].map(([x]) =>
        form(
          poly([
            [x - 10, 470, 4],
            [x + 38, 470, 4],
            [x + 34, 650, 10],
            [x - 2, 650, 10],
          ]),
          C.bark,
          { dx: -10, dy: 0 },
        ),
      ),
      dish(286, 416, 112, 34, C.steel, '#A9B8B8', { h: 60 }),
      dish(514, 416, 112, 34, C.steel, '#7FB0C2', { h: 60 }),
      form(rr(140, 440, 520, 62, 26), C.wood, {
        dx: -14,
        dy: -16,
        inside: [line('M170 462Q320 452 470 466T640 460M180 482Q400 472 600 486', shade(C.wood, 0.1), 4)],
      }),
      form(rr(196, 566, 404, 26, 10), shade(C.wood, 0.08), { dx: -6, dy: -8 }),
      flat(ell(276, 411, 60, 15), '#9C6B45'),
      flat(ell(258, 407, 24, 6), '#B98458'),
      gleam(ell(484, 412, 40, 6), 0.5),
    ),
  'VLR-BWL-003': () =>
    join(
      ground(400, 640, 240, 26),
      form(ell(400, 420, 240, 226), C.moss, { dx: -20, dy: -20 }),
      flat(ell(400, 412, 206, 192), shade(C.moss, 0.24)),
      clip(
        ell(400, 412, 206, 192),
        flat(ell(406, 420, 204, 190), shade(C.moss, 0.12)),
        [
          [292, 350],
          [350, 298],
          [474, 306],
          [530, 386],
          [512, 480],
          [400, 540],
          [300, 496],
          [270, 430],
          [436, 376],
          [420, 450],
        ].map(([x, y], i) => at(x, y, 1, [flat(ell(4, 4, 15, 12), '#8C5A38'), flat(ell(0, 0, 14, 11), '#B07C4E')], i * 40)),
      ),
      [0, 120, 240].map((t) => {
        const a = (k) => {
          const g = ((t + k) * Math.PI) / 180;
          return g;
        };
        const pt = (k, q) => `${Math.round(400 + Math.cos(a(k)) * q)} ${Math.round(412 + Math.sin(a(k)) * q * 0.93)}`;
        return cord(`M${pt(0, 60)}C${pt(40, 80)} ${pt(60, 140)} ${pt(110, 142)}`, tint(C.moss, 0.18), 34);
      }),
      form(ell(400, 410, 40, 37), tint(C.moss, 0.25), { dx: -9, dy: -9 }),
    ),
  'VLR-BWL-004': () =>
    join(
      ground(400, 640, 206, 26),
      form(drum(400, 430, 610, 200, 54, 186), C.paper, { dx: -50, dy: 0 }),
      flat(rr(318, 556, 164, 12, 6), C.moss, 0.8),
      flat(ell(292, 562, 8), C.evergreen),
      flat(ell(400, 430, 200, 54), '#FFFFFF'),
      flat(ell(400, 434, 180, 45), shade(C.lake, 0.1)),
      flat(ell(396, 438, 172, 39), C.lake),
      line(ell(400, 440, 118, 25), C.sky, 4, 0.7),
      line(ell(400, 438, 66, 14), C.paper, 4, 0.8),
      form('M350 432C352 380 360 330 366 300Q400 280 434 300C440 330 448 380 450 432A50 13 0 0 1 350 432Z', C.paper, {
        dx: -18,
        dy: 0,
      }),
      flat(ell(400, 298, 62, 22), '#FFFFFF'),
      flat(ell(400, 298, 46, 14), C.lake),
      flat('M386 296C386 236 360 214 330 236C316 248 312 270 316 300Q326 250 350 250C372 250 372 280 374 300Z', C.sky),
      flat('M414 296C414 236 440 214 470 236C484 248 488 270 484 300Q474 250 450 250C428 250 428 280 426 300Z', C.sky),
      flat(ell(400, 214, 10, 14), C.sky),
      flat(ell(372, 196, 7, 10), C.sky),
    ),
  'VLR-BWL-005': () =>
    join(
      ground(390, 640, 170, 24),
      form(drum(390, 270, 620, 160, 40), C.evergreen, {
        dx: -50,
        dy: 0,
        inside: [
          flat(rr(200, 380, 400, 150), C.cream),
          flat(rr(200, 380, 400, 10), C.honey),
          flat(rr(200, 520, 400, 10), C.honey),
          icon('bone', 390, 452, 160, C.clay),
        ],
      }),
      form(drum(390, 220, 278, 168, 42), C.wood, { dx: -50, dy: 0 }),
      flat(ell(390, 220, 168, 42), tint(C.wood, 0.22)),
      line('M280 216Q400 204 500 222M300 232Q400 224 470 236', shade(C.wood, 0.06), 4),
      form(drum(390, 176, 212, 34, 10), C.bark, { dx: -10, dy: 0 }),
      flat(ell(390, 176, 34, 10), tint(C.bark, 0.25)),
      form('M572 560L640 430Q650 416 664 424Q676 432 670 446L608 580Z', C.steel, { dx: -6, dy: -4 }),
      form('M540 560Q580 540 624 570Q630 640 574 648Q528 640 540 560Z', C.steel, { dx: -14, dy: -8 }),
      flat(ell(580, 566, 40, 14), shade(C.steel, 0.25)),
    ),
};
