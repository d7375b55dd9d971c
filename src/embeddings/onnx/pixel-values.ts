/** What is taken from each of red, green and blue, 0 to 255, and by what the rest is divided. */
export const PIXEL_VALUES = {
  /** Means and deviations of ImageNet's pictures, as most models of photographs are trained. */
  imagenet: { offset: [123.675, 116.28, 103.53], scale: [58.395, 57.12, 57.375] },
  /** -1 to 1. */
  signed: { offset: [127.5, 127.5, 127.5], scale: [127.5, 127.5, 127.5] },
  /** 0 to 1. */
  unit: { offset: [0, 0, 0], scale: [255, 255, 255] },
  /** 0 to 255. */
  bytes: { offset: [0, 0, 0], scale: [1, 1, 1] },
} as const

/** Name of a way to give pixels. */
export type PixelValues = keyof typeof PIXEL_VALUES
