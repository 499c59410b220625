// Small animals: rabbits, guinea pigs, hamsters.
import { C, at, clip, cord, ell, flat, form, gleam, ground, join, line, poly, rr, sequence, shade, times, tint, turned } from './kit.mjs';
import { icon, mark, wording } from './icons.mjs';
import { carton } from './packs.mjs';

const hamster = (x, y, size, color = '#D9A566') =>
  at(x, y, size, [
    form('M-90 70C-96 0 -60 -60 0 -60C60 -60 96 0 90 70Q0 90 -90 70Z', color, { dx: -12, dy: -8 }),
    flat('M-52 76C-56 30 -30 4 0 4C30 4 56 30 52 76Q0 86 -52 76Z', C.cream),
    form(ell(-54, -50, 22), color, { dx: -5, dy: -5 }),
    form(ell(54, -50, 22), color, { dx: -5, dy: -5 }),
    flat(ell(-54, -48, 12), C.rose),
    flat(ell(54, -48, 12), C.rose),
    flat(ell(-34, 14, 26, 22), tint(color, 0.5)),
    flat(ell(34, 14, 26, 22), tint(color, 0.5)),
    flat(ell(-30, -14, 8, 9), C.ink),
    flat(ell(30, -14, 8, 9), C.ink),
    flat('M-9 2L9 2L0 11Z', C.clay),
    line('M0 11L0 18', C.bark, 4),
    flat(ell(-20, 52, 12, 9), C.rose),
    flat(ell(20, 52, 12, 9), C.rose),
  ]);
/** Loose stalks, one path per colour. */
const straw = (seed, n, x, y, w, h, colors, length = 60) => {
  const next = sequence(seed);
  const strokes = colors.map(() => '');
  for (let i = 0; i < n; i += 1) {
    const [a, b, t] = [x + next() * w, y + next() * h, (next() - 0.5) * 2.4];
    strokes[i % colors.length] +=
      `M${Math.round(a)} ${Math.round(b)}L${Math.round(a + Math.cos(t) * length)} ${Math.round(b + Math.sin(t) * length)}`;
  }
  return join(strokes.map((d, i) => line(d, colors[i], 6)));
};

export const smallAnimals = {
  'VLR-SML-001': () =>
    join(
      ground(400, 640, 260, 26),
      straw(3, 20, 150, 590, 440, 40, ['#A9AE5C', '#C4BE73'], 70),
      form(rr(140, 290, 520, 340, 46), '#BDBB6B', {
        dx: -28,
        dy: -22,
        inside: [straw(21, 70, 120, 280, 520, 330, ['#A9AE5C', '#D3CF8C', '#8FA05A', '#CBBF74'], 76)],
      }),
      form(rr(216, 284, 34, 352, 6), C.clay, { dx: -10, dy: 0 }),
      form(rr(550, 284, 34, 352, 6), C.clay, { dx: -10, dy: 0 }),
      form(rr(290, 370, 220, 190, 18), C.cream, { dx: -10, dy: -8 }),
      icon('rabbit', 400, 452, 130, C.sand, C.rose),
      wording(400, 534, [60, 40], C.evergreen, 9),
      straw(8, 9, 250, 276, 280, 20, ['#8FA05A', '#C4BE73'], -60),
    ),
  'VLR-SML-002': () =>
    join(
      ground(400, 640, 220, 24),
      form(
        poly([
          [260, 640, 14],
          [380, 380, 10],
          [420, 380, 10],
          [540, 640, 14],
          [490, 640, 8],
          [400, 450, 8],
          [310, 640, 8],
        ]),
        C.wood,
        { dx: -12, dy: 0 },
      ),
      form(ell(416, 380, 226), shade(C.lake, 0.15), { dx: -10, dy: 0 }),
      form(ell(392, 378, 226), C.lake, { dx: -14, dy: -10 }),
      flat(ell(392, 378, 196), shade(C.lake, 0.34)),
      clip(
        ell(392, 378, 196),
        flat(ell(412, 384, 190), shade(C.lake, 0.2)),
        times(14, (i) => turned(i * 25.7, 412, 384, flat(rr(408, 190, 8, 30), shade(C.lake, 0.34)))),
        flat('M200 520Q400 600 600 520L600 620L200 620Z', C.cream),
      ),
      hamster(392, 474, 0.86),
      form(rr(200, 630, 400, 24, 12), C.wood, { dx: -8, dy: -6 }),
      gleam('M206 300C230 240 280 196 340 180C352 180 352 192 342 196C290 214 248 254 226 306C220 320 200 316 206 300Z', 0.5),
    ),
  'VLR-SML-003': () =>
    join(
      ground(400, 636, 270, 26),
      form(rr(170, 340, 460, 290, 10), '#D9B17E', {
        dx: -34,
        dy: 0,
        inside: [
          line('M170 410L640 410M170 484L640 484M170 558L640 558', shade('#D9B17E', 0.12), 5),
          line('M210 374Q280 368 330 378M500 520Q560 514 610 524M440 440Q520 452 590 440', shade('#D9B17E', 0.08), 4),
        ],
      }),
      form(
        poly([
          [140, 350, 14],
          [220, 210, 16],
          [580, 210, 16],
          [660, 350, 14],
        ]),
        C.evergreen,
        { dx: -16, dy: -18, inside: [line('M180 300L620 300M205 255L600 255', shade(C.evergreen, 0.16), 5)] },
      ),
      flat(rr(170, 346, 460, 18), C.ink, 0.13),
      flat('M236 630L236 510A72 76 0 0 1 380 510L380 630Z', '#4A3528'),
      clip('M236 630L236 510A72 76 0 0 1 380 510L380 630Z', hamster(308, 588, 0.72, '#C9C2B4'), flat(rr(230, 430, 16, 200), C.ink, 0.2)),
      line('M236 630L236 510A72 76 0 0 1 380 510L380 630', C.wood, 12),
      form(ell(506, 490, 48), C.wood, { dx: -6, dy: -6 }),
      flat(ell(506, 490, 36), '#4A3528'),
      mark('Bramblewarren', 400, 282, 52, C.moss),
      straw(4, 12, 380, 614, 200, 14, ['#D8C878', '#BDB56A'], 56),
    ),
  'VLR-SML-004': () => {
    const bark = '#B08457';
    return join(
      ground(410, 630, 280, 28),
      form('M240 300L600 280Q700 300 700 450Q700 600 610 622L240 630A120 165 0 0 1 240 300Z', bark, {
        dx: -8,
        dy: -44,
        inside: [
          times(9, (i) => line(`M${330 + i * 42} 270Q${366 + i * 42} 450 ${330 + i * 42} 640`, shade(bark, 0.14), 7)),
          times(8, (i) => line(`M220 ${316 + i * 42}Q460 ${296 + i * 44} 720 ${310 + i * 40}`, tint(bark, 0.16), 9)),
        ],
      }),
      form(ell(240, 465, 124, 168), tint(bark, 0.2), { dx: -8, dy: -8 }),
      line(ell(240, 465, 112, 154), shade(bark, 0.1), 8),
      flat(ell(244, 467, 98, 140), '#3F2E24'),
      clip(
        ell(244, 467, 98, 140),
        flat(ell(310, 480, 90, 130), '#54402F'),
        at(250, 560, 1, [
          turned(-8, -30, -70, form(ell(-30, -110, 19, 62), '#E8DCC8', { dx: -6, dy: 0 }), flat(ell(-30, -106, 9, 44), C.rose)),
          turned(8, 30, -70, form(ell(30, -110, 19, 62), '#E8DCC8', { dx: -6, dy: 0 }), flat(ell(30, -106, 9, 44), C.rose)),
          form('M-78 40C-84 -40 -50 -76 0 -76C50 -76 84 -40 78 40Z', '#E8DCC8', { dx: -10, dy: -8 }),
          flat(ell(-30, -24, 9, 10), C.ink),
          flat(ell(30, -24, 9, 10), C.ink),
          flat('M-10 -6L10 -6L0 5Z', C.clay),
        ]),
      ),
      straw(9, 16, 130, 622, 220, 12, ['#D8C878', '#BDB56A'], 54),
    );
  },
  'VLR-SML-005': () =>
    join(
      times(6, (i) => line(`M${180 + i * 88} 120L${180 + i * 88} 640`, '#9A8B72', 8)),
      line('M120 200L680 200M120 560L680 560', '#9A8B72', 8),
      form(rr(290, 150, 220, 330, [60, 60, 40, 40]), '#DCEBEB', {
        dx: -34,
        dy: 0,
        inside: [
          flat(rr(280, 240, 240, 250), '#8FC0D0'),
          flat(ell(400, 240, 112, 14), tint('#8FC0D0', 0.4)),
          times(4, (i) => line(`M470 ${290 + i * 44}L${i % 2 ? 484 : 494} ${290 + i * 44}`, C.evergreen, 5)),
        ],
      }),
      gleam(rr(312, 210, 14, 210, 7), 0.75),
      icon('carrot', 396, 350, 130, '#DE8242', C.leaf, -6),
      cord('M282 300L518 300', C.steel, 11),
      form(
        poly([
          [300, 470, 12],
          [500, 470, 12],
          [470, 540, 18],
          [330, 540, 18],
        ]),
        C.moss,
        { dx: -30, dy: 0, inside: times(9, (i) => flat(rr(306 + i * 22, 470, 5, 80), shade(C.moss, 0.16))) },
      ),
      cord('M400 544C400 590 410 610 440 640', C.steel, 30),
      flat(ell(446, 648, 12), shade(C.steel, 0.35)),
      flat('M452 668C464 684 466 694 452 698C438 694 440 684 452 668Z', C.lake),
    ),
  'VLR-SML-006': () =>
    join(
      carton(
        190,
        230,
        300,
        410,
        90,
        C.honey,
        [
          flat('M180 470C260 410 360 480 500 400L500 660L180 660Z', C.leaf),
          flat(ell(340, 376, 100), C.cream),
          at(340, 382, 1, [
            form('M-78 50C-84 -14 -50 -52 0 -52C50 -52 84 -14 78 50Q0 74 -78 50Z', C.bark, { dx: -8, dy: -6 }),
            flat('M-22 -52Q0 -62 22 -52Q24 0 12 62Q0 68 -12 62Q-24 0 -22 -52Z', C.cream),
            flat(ell(-64, -22, 20, 16), shade(C.bark)),
            flat(ell(64, -22, 20, 16), shade(C.bark)),
            flat(ell(-38, 0, 8, 9), C.ink),
            flat(ell(38, 0, 8, 9), C.ink),
            flat('M-10 22L10 22L0 32Z', C.clay),
          ]),
          wording(340, 540, [70, 50], C.cream, 12),
          wording(340, 568, [44, 30, 52], C.moss, 8),
          icon('leaf', 236, 590, 56, C.moss, C.evergreen, 20),
          mark('Bramblewarren', 440, 600, 46, C.honey, C.cream),
        ],
        { side: shade(C.honey, 0.24) },
      ),
      [
        [590, 640, 20],
        [622, 632, -40],
        [650, 644, 60],
        [612, 612, 80],
      ].map(([x, y, t]) => at(x, y, 1, [flat(rr(-20, -8, 40, 16, 6), '#8F8A4E'), flat(rr(-20, -8, 40, 7, 3), '#A9A362')], t)),
    ),
};
