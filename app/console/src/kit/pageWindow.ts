/** Page numbers to offer around the current one: first, last, two neighbours; 0 is a gap. */
export function pageWindow(page: number, last: number): number[] {
  const wanted = [...new Set([1, page - 1, page, page + 1, last])].filter((n) => n >= 1 && n <= last)
  const numbers: number[] = []
  for (const number of wanted.sort((a, b) => a - b)) {
    const before = numbers[numbers.length - 1] ?? 0
    // A gap of one page is no gap: show the page itself.
    if (number - before === 2) numbers.push(number - 1)
    else if (number - before > 2) numbers.push(0)
    numbers.push(number)
  }
  return numbers
}
