// Beds, blankets and cat furniture.
import { C, at, clip, cord, ell, flat, form, ground, join, line, poly, rope, rr, shade, stitch, times, tint } from './kit.mjs';
import { icon, mark } from './icons.mjs';

export const beds = {
  'VLR-BED-001': () =>
    join(
      ground(400, 610, 292, 34),
      form('M112 470C112 360 240 300 400 300C560 300 688 360 688 470C688 580 560 630 400 630C240 630 112 580 112 470Z', C.blush, {
        dx: -20,
        dy: -26,
      }),
      times(15, (i) => {
        const a = (i / 15) * Math.PI * 2;
        return line(
          `M${Math.round(400 + Math.cos(a) * 206)} ${Math.round(446 + Math.sin(a) * 104)}Q${Math.round(400 + Math.cos(a + 0.1) * 250)} ${Math.round(452 + Math.sin(a + 0.1) * 134)} ${Math.round(400 + Math.cos(a) * 276)} ${Math.round(462 + Math.sin(a) * 152)}`,
          shade(C.blush, 0.1),
          7,
        );
      }),
      flat(ell(400, 440, 200, 98), shade(C.blush, 0.26)),
      clip(ell(400, 440, 200, 98), flat(ell(404, 470, 204, 96), tint(C.blush, 0.4)), flat(ell(350, 466, 90, 36), tint(C.blush, 0.7))),
      form(rr(606, 560, 54, 34, 6), C.plum, { dx: -6, dy: 0 }),
      mark('Havnhus', 632, 577, 24, C.honey),
    ),
  'VLR-BED-002': () =>
    join(
      ground(400, 640, 300, 28),
      form(rr(130, 300, 540, 190, 90), C.evergreen, { dx: -16, dy: -16 }),
      stitch('M190 326Q400 306 610 326', C.moss, 4),
      form(
        poly([
          [150, 450, 40],
          [650, 450, 40],
          [672, 610, 50],
          [128, 610, 50],
        ]),
        C.cream,
        {
          dx: -10,
          dy: -30,
          inside: [
            [200, 500],
            [320, 492],
            [440, 496],
            [560, 500],
            [260, 556],
            [390, 552],
            [520, 556],
          ].map(([x, y]) =>
            join(
              flat(ell(x, y, 9, 7), shade(C.cream, 0.2)),
              line(`M${x - 26} ${y - 4}Q${x} ${y + 6} ${x + 26} ${y - 4}`, shade(C.cream, 0.08), 4),
            ),
          ),
        },
      ),
      form('M104 420C104 372 196 372 206 420L214 600C212 650 96 650 96 600Z', C.evergreen, { dx: -18, dy: -8 }),
      form('M694 420C694 372 602 372 592 420L584 600C586 650 704 650 704 600Z', C.evergreen, { dx: -18, dy: -8 }),
      form(rr(150, 574, 500, 70, 34), C.leaf, { dx: -12, dy: -14 }),
      stitch('M186 590L614 590', C.moss, 4),
      form(rr(376, 596, 48, 30, 5), C.cream, { dx: -5, dy: 0 }),
      mark('Havnhus', 399, 611, 20, C.clay),
    ),
  'VLR-BED-003': () =>
    join(
      ground(400, 640, 240, 30),
      form('M160 520C140 320 260 220 400 220C540 220 660 320 640 520C634 600 560 640 400 640C240 640 166 600 160 520Z', '#9A96A0', {
        dx: -32,
        dy: -20,
        inside: [line('M158 470C220 350 300 250 420 222M240 640C200 560 210 520 214 480M560 636C600 560 596 400 520 260', '#8A8592', 5)],
      }),
      form(ell(370, 480, 132, 108), C.plum, { dx: -10, dy: -8 }),
      flat(ell(372, 482, 116, 93), shade(C.plum, 0.55)),
      clip(
        ell(372, 482, 116, 93),
        flat(ell(376, 562, 130, 60), C.honey),
        flat(ell(350, 548, 70, 30), tint(C.honey, 0.4)),
        flat('M330 470L342 424L364 446L392 446L414 424L426 470C430 520 326 520 330 470Z', '#2A222C'),
        flat(ell(358, 474, 9, 7), C.honey),
        flat(ell(398, 474, 9, 7), C.honey),
      ),
      form('M370 226Q400 180 430 226Z', C.plum, { dx: -8, dy: 0 }),
      stitch('M250 330C300 280 360 258 420 258', tint('#9A96A0', 0.4), 4),
    ),
  'VLR-BED-004': () => {
    const plaid = (x, y, w, h, base) =>
      join(
        flat(rr(x, y, w, h), base),
        times(5, (i) => flat(rr(x + 30 + i * 106, y, 26, h), C.evergreen, 0.55)),
        times(5, (i) => flat(rr(x + 86 + i * 106, y, 6, h), C.honey, 0.9)),
        flat(rr(x, y + h * 0.3, w, 22), C.evergreen, 0.5),
        flat(rr(x, y + h * 0.72, w, 5), C.cream, 0.8),
      );
    return join(
      ground(400, 630, 290, 26),
      [
        [560, C.clay],
        [484, shade(C.clay, 0.06)],
        [408, C.clay],
      ].map(([y, c], i) => form(rr(128 + i * 8, y, 540 - i * 14, 84, 42), c, { dx: -12, dy: -18, inside: plaid(128, y, 560, 84, c) })),
      form('M160 408C170 330 220 312 300 312L520 312C600 312 640 340 646 410Q640 440 600 430L200 430Q164 436 160 408Z', C.clay, {
        dx: -12,
        dy: -12,
        inside: plaid(140, 312, 540, 124, tint(C.clay, 0.08)),
      }),
      times(16, (i) => line(`M${150 + i * 13} 640L${146 + i * 13} ${662 + (i % 2) * 6}`, i % 3 ? C.clay : C.evergreen, 6)),
      form(rr(520, 424, 70, 46, 5), C.cream, { dx: -6, dy: -4 }),
      mark('Säntishof', 555, 448, 38, C.evergreen, C.moss),
    );
  },
  'VLR-BED-005': () =>
    join(
      ground(400, 640, 290, 26),
      [
        [208, 380],
        [592, 380],
      ].map(([x, y]) => cord(`M${x} ${y}L${x} 540`, shade(C.charcoal, 0.2), 24)),
      form(
        poly([
          [206, 372, 30],
          [594, 372, 30],
          [666, 520, 34],
          [134, 520, 34],
        ]),
        C.lake,
        {
          dx: -10,
          dy: -16,
          inside: [
            times(12, (i) => line(`M${400 + (i - 5.5) * 38} 360L${400 + (i - 5.5) * 54} 530`, shade(C.lake, 0.07), 5)),
            times(5, (i) => line(`M120 ${396 + i * 28}L680 ${396 + i * 28}`, shade(C.lake, 0.07), 4)),
          ],
        },
      ),
      cord('M128 524L672 524', C.charcoal, 26),
      cord('M150 528L138 636', C.charcoal, 26),
      cord('M650 528L662 636', C.charcoal, 26),
      flat(ell(138, 640, 22, 9), C.ink),
      flat(ell(662, 640, 22, 9), C.ink),
      stitch('M160 500L640 500', C.cream, 4),
      icon('paw', 400, 446, 76, C.sky),
    ),
  'VLR-BED-006': () =>
    join(
      ground(400, 660, 240, 28),
      form(rr(180, 620, 440, 46, 20), C.wood, { dx: -12, dy: -14 }),
      [
        [300, 260, 630],
        [510, 430, 630],
      ].map(([x, a, b]) =>
        join(
          form(rr(x - 34, a, 68, b - a, 8), C.sand, {
            dx: -20,
            dy: 0,
            inside: times(Math.floor((b - a) / 17), (i) =>
              line(`M${x - 40} ${a + 12 + i * 17}L${x + 40} ${a + 4 + i * 17}`, shade(C.sand, 0.14), 5),
            ),
          }),
        ),
      ),
      form(rr(410, 400, 230, 40, 18), C.wood, { dx: -10, dy: -12 }),
      form(rr(424, 376, 202, 34, 17), C.moss, { dx: -10, dy: -8 }),
      form('M190 250C190 190 250 210 300 210C350 210 410 190 410 250Q406 300 300 300Q194 300 190 250Z', C.moss, {
        dx: -16,
        dy: -14,
      }),
      flat(ell(300, 232, 92, 22), shade(C.moss, 0.3)),
      flat(ell(300, 238, 82, 16), tint(C.moss, 0.4)),
      rope('M586 440L586 520', C.sand, 8),
      at(586, 540, 1, [
        form(ell(0, 0, 30), C.clay, { dx: -8, dy: -8, inside: [line('M-26 -8Q0 -24 24 -12M-28 10Q0 -8 28 6', C.honey, 5)] }),
      ]),
      flat(
        'M236 226C232 176 240 150 258 130L254 96L282 112Q296 108 310 112L338 96L336 134C360 160 366 196 362 232C330 250 270 250 236 226Z',
        '#4A4350',
      ),
      flat(ell(280, 142, 6, 7), C.honey),
      flat(ell(312, 142, 6, 7), C.honey),
      flat('M292 154L302 154L297 160Z', C.rose),
    ),
};
