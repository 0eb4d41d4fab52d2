// Colours of charts come from the tokens, so that both themes and the print agree.

export interface ChartTheme {
  series: string[]
  /** Aging from not due to oldest. */
  aging: string[]
  text: string
  muted: string
  line: string
  surface: string
  font: string
}

export function chartTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(name).trim()
  return {
    series: [1, 2, 3, 4, 5].map((n) => token(`--zx-chart-${n}`)),
    aging: [1, 2, 3, 4].map((n) => token(`--zx-age-${n}`)),
    text: token('--zx-text'),
    muted: token('--zx-text-2'),
    line: token('--zx-line'),
    surface: token('--zx-surface'),
    font: token('--zx-font'),
  }
}

/** The frame that every chart shares; a page's option is laid over it, key by key. */
export function chartFrame(theme: ChartTheme) {
  const axis = {
    axisLine: { lineStyle: { color: theme.line } },
    axisTick: { show: false },
    axisLabel: { color: theme.muted, hideOverlap: true },
    splitLine: { lineStyle: { color: theme.line } },
  }
  return {
    color: theme.series,
    textStyle: { fontFamily: theme.font, color: theme.text },
    animation: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
    animationDuration: 200,
    grid: {
      left: 8,
      right: 16,
      top: 40,
      bottom: 8,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    legend: { type: 'scroll', top: 0, textStyle: { color: theme.muted }, itemWidth: 14, itemHeight: 8 },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: theme.surface,
      borderColor: theme.line,
      textStyle: { color: theme.text },
    },
    axis,
  }
}
