/**
 * Writes a duration as Go does and rate-limit headers have it: `20ms`, `1.5s`, `1m0s`, `1h0m0s`; none at all is `0s`.
 *
 * @param duration Milliseconds; parts of one are rounded up.
 */
export function formatDuration(duration: number): string {
  const whole = Math.ceil(duration);
  if (whole > 0 && whole < 1000) {
    return `${whole}ms`;
  }
  const [hours, minutes] = [Math.floor(whole / 3_600_000), Math.floor(whole / 60_000) % 60];
  const seconds = `${(whole % 60_000) / 1000}s`;
  return hours > 0 ? `${hours}h${minutes}m${seconds}` : minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
