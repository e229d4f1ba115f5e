/** How far a wheel was turned, in CSS pixels: browsers also count lines, or pages. */
export function turned(event: WheelEvent, by: number): number {
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 400 : 1;
  return by * unit;
}

/** By how much a wheel zooms. Pinching on a trackpad arrives as small steps of a wheel with Ctrl. */
export function zoomOf(event: WheelEvent): number {
  const speed = event.ctrlKey ? 0.01 : 0.0016;
  return Math.min(2, Math.max(0.5, Math.exp(-turned(event, event.deltaY) * speed)));
}
