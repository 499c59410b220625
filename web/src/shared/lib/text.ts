/** Keeps a number and its unit on one line, as in "2 kg". */
export function keepUnits(text: string): string {
  return text.replace(/(\d) (?=(kg|g|ml|l|mm|cm|m)\b)/g, "$1\u00a0");
}
