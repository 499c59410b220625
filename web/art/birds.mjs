// Cage and garden birds.
import { C, at, clip, cord, ell, flat, form, gleam, ground, join, line, poly, rope, rr, sequence, shade, times, tint } from './kit.mjs';
import { icon, mark, wording } from './icons.mjs';
import { sack } from './packs.mjs';

const budgie = (x, y, size, body, wing, flip = 1) =>
  at(
    x,
    y,
    [size * flip, size],
    [
      form('M-10 150L30 150L16 40L-24 40Z', shade(wing, 0.15), { dx: -8, dy: 0 }),
      form('M-50 0C-56 -70 -20 -104 14 -100C52 -96 66 -60 60 -20C54 40 20 84 -10 84C-40 80 -48 40 -50 0Z', body, {
        dx: -12 * flip,
        dy: -10,
      }),
      flat('M-47 -50C-50 -84 -16 -106 14 -101C44 -98 58 -80 58 -62C30 -70 20 -30 -10 -30C-30 -30 -44 -40 -47 -50Z', tint(body, 0.5)),
      line('M8 -92Q26 -90 36 -80M14 -78Q28 -76 38 -68', wing, 4, 0.55),
      flat('M-44 -68Q-68 -62 -62 -40Q-50 -36 -40 -48Z', C.honey),
      flat(ell(-24, -68, 7), C.ink),
      flat(ell(-28, -40, 8, 6), C.lake),
      form('M4 -30C50 -40 64 0 48 50C36 90 20 100 10 96C-10 60 -16 0 4 -30Z', wing, { dx: -10 * flip, dy: -6 }),
      line('M16 0Q34 0 46 -8M18 24Q34 24 46 14M20 48Q30 50 40 40', tint(wing, 0.4), 5),
      line('M-14 84L-14 102M6 84L6 102', C.rose, 8),
    ],
  );

export const birds = {
  'VLR-BRD-001': () => {
    const shell = 'M200 330C200 190 290 130 400 130C510 130 600 190 600 330L600 590L200 590Z';
    return join(
      ground(400, 644, 240, 24),
      line(ell(400, 108, 24), shade(C.honey, 0.2), 10),
      clip(shell, flat(shell, C.cream, 0.5)),
      cord('M214 440L586 440', C.wood, 20),
      budgie(350, 340, 0.95, C.moss, C.evergreen),
      budgie(486, 348, 0.86, C.lake, '#3F7A8C', -1),
      times(9, (i) => {
        const x = 240 + i * 40;
        const top = [206, 170, 148, 136, 132, 136, 148, 170, 206][i];
        return line(`M${x} ${top}L${x} 590`, '#6F7F77', 5);
      }),
      line('M200 330C200 190 290 130 400 130C510 130 600 190 600 330L600 590M200 330L200 590', C.evergreen, 14),
      line('M200 330L600 330', C.evergreen, 10),
      form(rr(176, 580, 448, 64, 18), C.evergreen, { dx: -20, dy: -12 }),
      form(rr(330, 596, 140, 20, 10), C.moss, { dx: -6, dy: -4 }),
      form('M214 500L300 500L290 556L224 556Z', C.honey, { dx: -10, dy: 0 }),
      form('M500 500L586 500L576 556L510 556Z', C.lake, { dx: -10, dy: 0 }),
    );
  },
  'VLR-BRD-002': () =>
    join(
      sack(
        390,
        170,
        300,
        480,
        '#E9DDBD',
        [
          flat(rr(220, 480, 340, 180), C.moss),
          clip(
            'M390 330A92 104 0 0 1 482 434L482 520L298 520L298 434A92 104 0 0 1 390 330Z',
            flat(rr(290, 320, 200, 210), '#C79A4E'),
            (() => {
              const next = sequence(11);
              return times(40, () =>
                at(
                  296 + next() * 190,
                  350 + next() * 170,
                  1,
                  flat(ell(0, 0, 10, 6), ['#E9CE85', '#8C6244', '#3A3A33', '#F3E4B5'][Math.floor(next() * 4)]),
                  next() * 180,
                ),
              );
            })(),
          ),
          icon('bird', 390, 570, 110, C.cream, C.honey),
          mark('Wrenfold', 390, 280, 52, C.evergreen),
          wording(390, 620, [44, 30], C.evergreen, 8),
        ],
        { tape: C.evergreen, thread: C.honey, base: C.evergreen },
      ),
      [
        [566, 640, 20],
        [592, 648, -30],
        [620, 642, 60],
        [590, 630, 10],
        [644, 650, 0],
      ].map(([x, y, t], i) => at(x, y, 1, flat(ell(0, 0, 11, 6), i % 2 ? C.bark : '#D9B45C'), t)),
    ),
  'VLR-BRD-003': () =>
    join(
      form(rr(112, 240, 54, 300, 20), C.steel, { dx: -16, dy: -8 }),
      form(ell(139, 300, 14), C.slate, { dusk: 0 }),
      form(ell(139, 480, 14), C.slate, { dusk: 0 }),
      form(
        'M150 350C240 340 300 380 360 360C420 344 440 300 490 300C520 300 500 330 480 350C520 360 600 330 680 360C710 380 690 420 650 416C590 410 540 430 500 440C520 470 560 490 590 520C600 546 570 556 548 540C500 500 470 460 430 440C360 430 300 460 240 444C200 436 160 446 150 430Z',
        '#A67A55',
        {
          dx: -8,
          dy: -22,
          inside: [
            line('M180 400Q260 380 340 404T500 390T650 380', shade('#A67A55', 0.16), 6),
            line('M520 480Q480 440 450 424', shade('#A67A55', 0.16), 5),
          ],
        },
      ),
      flat(ell(666, 388, 20, 26), '#DDB98C'),
      line(ell(666, 388, 10, 14), '#B98E63', 4),
      budgie(330, 284, 0.78, C.honey, C.leaf),
      flat('M560 346C570 310 610 300 640 306C636 336 600 354 560 346Z', C.leaf),
      flat('M470 312C450 280 460 250 480 236C500 262 496 294 470 312Z', C.moss),
      ground(400, 630, 220, 16),
    ),
  'VLR-BRD-004': () =>
    join(
      line('M400 90L400 150', C.steel, 9),
      line(ell(400, 104, 20), shade(C.steel, 0.2), 9),
      cord('M400 150C250 190 200 320 206 540', C.steel, 13),
      cord('M400 150C550 190 600 320 594 540', C.steel, 13),
      ground(400, 650, 180, 14),
      [
        [336, 182, C.clay, 30],
        [284, 218, C.honey, 28],
        [246, 266, C.lake, 30],
        [222, 320, C.plum, 26],
        [464, 182, C.moss, 30],
        [516, 218, C.clay, 28],
        [554, 266, C.honey, 30],
        [578, 320, C.lake, 26],
      ].map(([x, y, c, s]) => form(ell(x, y, s, s * 0.94), c, { dx: -8, dy: -8 })),
      form(rr(366, 148, 68, 40, 12), C.wood, { dx: -8, dy: -6 }),
      rope('M210 540L590 540', C.sand, 42, C.wood),
      form(rr(176, 508, 46, 64, 16), C.clay, { dx: -10, dy: -6 }),
      form(rr(578, 508, 46, 64, 16), C.clay, { dx: -10, dy: -6 }),
      budgie(396, 416, 1, C.lake, '#3F7A8C'),
    ),
  'VLR-BRD-005': () =>
    join(
      ground(400, 660, 120, 16),
      form(rr(384, 560, 32, 100, 6), C.bark, { dx: -10, dy: 0 }),
      form(rr(180, 532, 440, 38, 12), C.wood, { dx: -10, dy: -12 }),
      clip(
        'M250 300L550 300L530 534L270 534Z',
        flat(rr(240, 290, 320, 250), '#E4EEEA'),
        flat('M240 420Q330 380 400 410T560 396L560 540L240 540Z', '#C79A4E'),
        (() => {
          const next = sequence(5);
          return times(34, () =>
            flat(ell(262 + next() * 276, 430 + next() * 100, 8, 6), ['#E9CE85', '#8C6244', '#3A3A33'][Math.floor(next() * 3)]),
          );
        })(),
        flat('M500 290L560 290L540 540L490 540Z', C.ink, 0.1),
      ),
      form(rr(240, 296, 24, 240, 6), C.wood, { dx: -8, dy: 0 }),
      form(rr(536, 296, 24, 240, 6), C.wood, { dx: -8, dy: 0 }),
      form(
        poly([
          [400, 150, 20],
          [650, 312, 14],
          [620, 346, 12],
          [180, 346, 12],
          [150, 312, 14],
        ]),
        C.evergreen,
        { dx: -14, dy: -26, inside: [line('M200 300Q400 300 620 300M270 250L540 250', shade(C.evergreen, 0.16), 5)] },
      ),
      line(ell(400, 142, 22), C.honey, 9),
      gleam(rr(284, 370, 10, 110, 5), 0.6),
      budgie(596, 474, 0.62, C.clay, C.bark, 1),
    ),
  'VLR-BRD-006': () =>
    join(
      cord('M400 640L400 120', C.bark, 60),
      ground(400, 650, 170, 18),
      form(rr(250, 270, 300, 330, 14), '#D3A876', {
        dx: -30,
        dy: -10,
        inside: [
          line('M330 270L330 600M412 270L412 600M492 270L492 600', shade('#D3A876', 0.1), 5),
          line('M280 330Q300 440 284 560M370 480Q380 520 366 590M450 300Q462 350 452 380', shade('#D3A876', 0.08), 4),
        ],
      }),
      form(
        poly([
          [400, 150, 12],
          [620, 262, 12],
          [596, 304, 12],
          [400, 206, 8],
          [204, 304, 12],
          [180, 262, 12],
        ]),
        C.clay,
        { dx: -10, dy: -14 },
      ),
      flat('M250 300L400 224L550 300L550 316L400 240L250 316Z', C.ink, 0.12),
      form(ell(400, 390, 62), C.wood, { dx: -8, dy: -8 }),
      flat(ell(402, 392, 48), '#3E2B22'),
      clip(
        ell(402, 392, 48),
        at(404, 430, 0.62, [
          flat('M-50 40C-56 -50 -20 -74 14 -70C52 -66 66 -30 60 40Z', C.lake),
          flat('M-46 -34C-30 -74 40 -82 56 -40C40 -20 -20 -10 -46 -34Z', C.cream),
          flat(ell(-24, -38, 8), C.ink),
          flat('M-54 -32L-82 -20L-50 -14Z', C.honey),
        ]),
      ),
      cord('M400 500L400 500', C.bark, 26),
      form(rr(386, 486, 28, 28, 14), C.bark, { dx: -6, dy: -6 }),
      mark('Wrenfold', 400, 560, 40, shade('#D3A876', 0.4)),
      flat('M250 590C230 560 240 540 270 530C280 560 276 580 250 590Z', C.leaf),
      flat('M560 600C590 580 590 550 570 530C546 552 544 580 560 600Z', C.moss),
    ),
};
