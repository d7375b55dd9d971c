const BYTE_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Decimal units, three significant digits: `0 bytes`, `999 bytes`, `1.23 MB`. */
export function bytes(count: number): string {
  let value = count
  let unit = 0
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  if (unit === 0) return count === 1 ? '1 byte' : `${count} bytes`
  return `${value.toPrecision(3)} ${BYTE_UNITS[unit]}`
}

/** `12345` as `12,345`, the same in every locale. */
export function count(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 file`, `2 files`, `1,024 files`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}

/** `0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

/** Files per second: one decimal below 10, whole above. */
export function rate(files: number, milliseconds: number): string {
  const perSecond = milliseconds > 0 ? (files * 1000) / milliseconds : 0
  return `${perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond))} files/s`
}
