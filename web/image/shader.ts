import { RAMP } from '../../src/pixels/false-colour.ts'

/** How pixels become colours on the screen. */
export interface Look {
  /** Stops. */
  readonly exposure: number
  readonly gamma: number
  readonly channels: 'rgb' | 'r' | 'g' | 'b' | 'a' | 'luminance'
  /** To linear Rec. 709, row by row. */
  readonly matrix: readonly number[]
  /** The samples carry the sRGB curve already. */
  readonly isEncoded: boolean
  readonly output: 'srgb' | 'linear'
  /** Ends of the false colours; null shows colours. */
  readonly range: readonly [number, number] | null
  /** Marks what is not a number, infinite, negative or above white. */
  readonly marks: boolean
}

const VERTEX = `#version 300 es
uniform vec4 place;
out vec2 at;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  at = corner;
  gl_Position = vec4(place.xy + corner * place.zw, 0.0, 1.0);
}`

const FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D pixels;
uniform float gain;
uniform float gamma;
uniform int channels;
uniform mat3 toRec709;
uniform bool isEncoded;
uniform bool isLinearOutput;
uniform bool isFalse;
uniform vec2 range;
uniform bool marks;
in vec2 at;
out vec4 color;

vec3 decode(vec3 v) {
  return mix(v / 12.92, pow((max(v, 0.0) + 0.055) / 1.055, vec3(2.4)), step(0.04045, v));
}
vec3 encode(vec3 v) {
  return mix(v * 12.92, 1.055 * pow(max(v, 0.0), vec3(1.0 / 2.4)) - 0.055, step(0.0031308, v));
}
// Viridis, between its stops.
const vec3 stops[11] = vec3[](${RAMP.map((stop) => `vec3(${stop.map((value) => (value / 255).toFixed(4)).join(', ')})`).join(', ')});
vec3 ramp(float t) {
  float place = t * 10.0;
  int low = min(9, int(place));
  return mix(stops[low], stops[low + 1], place - float(low));
}
bool isOdd() {
  ivec2 cell = ivec2(gl_FragCoord.xy) / 4;
  return ((cell.x + cell.y) & 1) == 1;
}
void main() {
  vec4 p = texture(pixels, at);
  bvec4 nan = isnan(p);
  bvec4 inf = isinf(p);
  if (marks && any(nan.rgb)) { color = isOdd() ? vec4(1.0, 0.0, 1.0, 1.0) : vec4(0.3, 0.0, 0.3, 1.0); return; }
  if (marks && any(inf.rgb)) { color = isOdd() ? vec4(0.0, 1.0, 1.0, 1.0) : vec4(0.0, 0.3, 0.3, 1.0); return; }
  if (marks && any(lessThan(p.rgb, vec3(0.0))) && isOdd()) { color = vec4(0.1, 0.3, 1.0, 1.0); return; }
  if (isFalse) {
    float t = clamp((p.r - range.x) / max(range.y - range.x, 1e-30), 0.0, 1.0);
    color = any(nan) ? vec4(0.2, 0.0, 0.0, 1.0) : vec4(ramp(t), 1.0);
    return;
  }
  vec3 linear = isEncoded ? decode(p.rgb) : p.rgb;
  linear = toRec709 * linear;
  if (channels == 1) linear = p.rrr;
  if (channels == 2) linear = p.ggg;
  if (channels == 3) linear = p.bbb;
  if (channels == 4) linear = p.aaa;
  if (channels == 5) linear = vec3(dot(linear, vec3(0.2126, 0.7152, 0.0722)));
  linear *= gain;
  if (marks && any(greaterThan(linear, vec3(1.0))) && isOdd()) { color = vec4(1.0, 0.55, 0.0, 1.0); return; }
  linear = pow(max(linear, 0.0), vec3(1.0 / gamma));
  vec3 shown = isLinearOutput ? linear : encode(clamp(linear, 0.0, 1.0));
  float alpha = channels == 0 ? clamp(p.a, 0.0, 1.0) : 1.0;
  // Colours are multiplied by alpha already; a checker lies behind.
  vec3 behind = vec3(((int(gl_FragCoord.x) / 8 + int(gl_FragCoord.y) / 8) & 1) == 1 ? 0.22 : 0.27);
  color = vec4(shown + behind * (1.0 - alpha), 1.0);
}`

const COMPARE = `#version 300 es
precision highp float;
uniform sampler2D pixels;
uniform sampler2D other;
uniform float gain;
in vec2 at;
out vec4 color;
void main() {
  vec3 difference = abs(texture(pixels, at).rgb - texture(other, at).rgb) * gain;
  color = vec4(difference, 1.0);
}`

const CHANNELS = ['rgb', 'r', 'g', 'b', 'a', 'luminance'] as const

/** A picture on the graphics card, four half floats a pixel. */
export interface Texture {
  readonly handle: WebGLTexture
  readonly width: number
  readonly height: number
}

/** Where to draw, in pixels of the canvas from its upper left corner. */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Draws half-float pictures. Throws where WebGL 2 is not there. */
export class Painter {
  readonly canvas: HTMLCanvasElement
  readonly #gl: WebGL2RenderingContext
  readonly #look: WebGLProgram
  readonly #difference: WebGLProgram
  readonly #places = new Map<WebGLProgram, Map<string, WebGLUniformLocation | null>>()

  constructor(canvas: HTMLCanvasElement) {
    const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, preserveDrawingBuffer: true })
    if (gl === null)
      throw new Error('This browser has no WebGL 2, which the image needs. The thumbnail shows it without.')
    this.canvas = canvas
    this.#gl = gl
    this.#look = this.#program(FRAGMENT)
    this.#difference = this.#program(COMPARE)
  }

  /** Gives the canvas up: a browser keeps some sixteen of them alive. */
  end(): void {
    this.#gl.getExtension('WEBGL_lose_context')?.loseContext()
  }

  upload(rgba: Uint16Array<ArrayBuffer>, width: number, height: number): Texture {
    const gl = this.#gl
    const handle = gl.createTexture()!
    gl.bindTexture(gl.TEXTURE_2D, handle)
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1)
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA16F, width, height, 0, gl.RGBA, gl.HALF_FLOAT, rgba)
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST)
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST)
    return { handle, width, height }
  }

  free(texture: Texture | null): void {
    if (texture !== null) this.#gl.deleteTexture(texture.handle)
  }

  clear(red: number, green: number, blue: number): void {
    const gl = this.#gl
    gl.disable(gl.SCISSOR_TEST)
    gl.viewport(0, 0, this.canvas.width, this.canvas.height)
    gl.clearColor(red, green, blue, 1)
    gl.clear(gl.COLOR_BUFFER_BIT)
  }

  draw(texture: Texture, place: Rectangle, look: Look, clip: Rectangle | null = null): void {
    const gl = this.#gl
    const uniform = this.#begin(this.#look, texture, place, clip)
    gl.uniform1f(uniform('gain'), 2 ** look.exposure)
    gl.uniform1f(uniform('gamma'), look.gamma)
    gl.uniform1i(uniform('channels'), CHANNELS.indexOf(look.channels))
    // WebGL wants columns.
    const [a, b, c, d, e, f, g, h, i] = look.matrix
    gl.uniformMatrix3fv(uniform('toRec709'), false, [a!, d!, g!, b!, e!, h!, c!, f!, i!])
    gl.uniform1i(uniform('isEncoded'), look.isEncoded ? 1 : 0)
    gl.uniform1i(uniform('isLinearOutput'), look.output === 'linear' ? 1 : 0)
    gl.uniform1i(uniform('isFalse'), look.range === null ? 0 : 1)
    gl.uniform2f(uniform('range'), look.range?.[0] ?? 0, look.range?.[1] ?? 1)
    gl.uniform1i(uniform('marks'), look.marks ? 1 : 0)
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4)
  }

  /** The absolute difference of two pictures, times a scale. */
  drawDifference(texture: Texture, other: Texture, place: Rectangle, scale: number): void {
    const gl = this.#gl
    const uniform = this.#begin(this.#difference, texture, place, null)
    gl.activeTexture(gl.TEXTURE1)
    gl.bindTexture(gl.TEXTURE_2D, other.handle)
    gl.uniform1i(uniform('other'), 1)
    gl.uniform1f(uniform('gain'), scale)
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4)
    gl.activeTexture(gl.TEXTURE0)
  }

  /** The colour on the screen at a pixel of the canvas, 0 to 255. */
  colorAt(x: number, y: number): [number, number, number] {
    const gl = this.#gl
    const out = new Uint8Array(4)
    gl.readPixels(x, this.canvas.height - 1 - y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, out)
    return [out[0]!, out[1]!, out[2]!]
  }

  #begin(program: WebGLProgram, texture: Texture, { x, y, width, height }: Rectangle, clip: Rectangle | null) {
    const gl = this.#gl
    const { width: w, height: h } = this.canvas
    gl.useProgram(program)
    if (clip === null) gl.disable(gl.SCISSOR_TEST)
    else {
      gl.enable(gl.SCISSOR_TEST)
      gl.scissor(clip.x, h - clip.y - clip.height, clip.width, clip.height)
    }
    gl.activeTexture(gl.TEXTURE0)
    gl.bindTexture(gl.TEXTURE_2D, texture.handle)
    // To be told a place waits for all that was drawn before: each is asked for once.
    const places = this.#places.get(program) ?? new Map<string, WebGLUniformLocation | null>()
    this.#places.set(program, places)
    const uniform = (name: string) => {
      if (!places.has(name)) places.set(name, gl.getUniformLocation(program, name))
      return places.get(name) ?? null
    }
    gl.uniform1i(uniform('pixels'), 0)
    // The first row of a texture is at the bottom for WebGL and at the top for us.
    gl.uniform4f(uniform('place'), (2 * x) / w - 1, 1 - (2 * y) / h, (2 * width) / w, (-2 * height) / h)
    return uniform
  }

  #program(fragment: string): WebGLProgram {
    const gl = this.#gl
    const program = gl.createProgram()!
    for (const [kind, text] of [
      [gl.VERTEX_SHADER, VERTEX],
      [gl.FRAGMENT_SHADER, fragment],
    ] as const) {
      const shader = gl.createShader(kind)!
      gl.shaderSource(shader, text)
      gl.compileShader(shader)
      gl.attachShader(program, shader)
    }
    gl.linkProgram(program)
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`No image: ${gl.getProgramInfoLog(program)}`)
    return program
  }
}

/** The value of a half. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const [exponent, mantissa] = [(bits >> 10) & 31, bits & 1023]
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25)
}

/** The values at two shares of all finite ones of the first channel, and the 99th hundredth of the colours' luminance. */
export function rangeOf(rgba: Uint16Array): { readonly low: number; readonly high: number; readonly bright: number } {
  const step = 4 * Math.max(1, Math.floor(rgba.length / 4 / 50_000))
  const first: number[] = []
  const bright: number[] = []
  for (let i = 0; i + 3 < rgba.length; i += step) {
    const [r, g, b] = [fromHalf(rgba[i]!), fromHalf(rgba[i + 1]!), fromHalf(rgba[i + 2]!)]
    if (Number.isFinite(r)) first.push(r)
    const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b
    if (Number.isFinite(luminance)) bright.push(luminance)
  }
  const at = (values: number[], share: number) => {
    if (values.length === 0) return 0
    values.sort((a, b) => a - b)
    return values[Math.round(share * (values.length - 1))]!
  }
  return { low: at(first, 0.01), high: at(first, 0.99), bright: at(bright, 0.99) }
}
