// A button must not move away under a press: leaving a field may show or clear a message
// above it, and a release elsewhere than the press is no click.
let pressed = false
const waiting: (() => void)[] = []

function onRelease() {
  // The click follows in the same task.
  setTimeout(() => {
    pressed = false
    for (const run of waiting.splice(0)) run()
  })
}
document.addEventListener('pointerdown', () => (pressed = true), true)
document.addEventListener('pointerup', onRelease, true)
document.addEventListener('pointercancel', onRelease, true)

/** Runs at once, or when the pointer that is being pressed has been released and has clicked. */
export function afterPress(run: () => void): void {
  if (pressed) waiting.push(run)
  else run()
}
