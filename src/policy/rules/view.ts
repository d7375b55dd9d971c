import type { ChannelFacts } from '../../inspect/payload.ts'
import { type FileView, type PartView, textOf } from '../file-view.ts'
import { eachPart } from '../look.ts'
import type { FileRule, Finding } from '../rule.ts'

/** Views of a part that holds several; null when it holds none or one. */
function multiView(part: PartView): string[] | null {
  const value = part.attributes.get('multiView')?.value
  return Array.isArray(value) && value.every((view) => typeof view === 'string') ? value : null
}

/** Most rules of this file ask for them. */
const known = new WeakMap<FileView, readonly string[]>()

function viewsOf(file: FileView): readonly string[] {
  let views = known.get(file)
  if (views === undefined) {
    views = readViews(file)
    known.set(file, views)
  }
  return views
}

function readViews(file: FileView): string[] {
  const views = file.parts.flatMap((part) => multiView(part) ?? [textOf(part, 'view') ?? ''])
  return [...new Set(views.filter((view) => view !== ''))]
}

/** The view of a channel name in a part of several views: its last segment but one. */
function viewOf(name: string, views: readonly string[]): string | null {
  const dot = name.lastIndexOf('.')
  if (dot === -1) return views[0] ?? null
  const view = name.slice(name.lastIndexOf('.', dot - 1) + 1, dot)
  return views.includes(view) ? view : null
}

/** Section "Views". */
export const viewRules: readonly FileRule[] = [
  {
    id: 'view-one-scheme',
    severity: 'error',
    tier: 'header',
    title: '`multiView` never appears in a multi-part file.',
    reason:
      'multiView is the scheme of single-part files: beside parts it says something else than their view attributes do.',
    source: ['VIEW'],
    remedy: 'Remove multiView and set view in each part.',
    check(file) {
      const hasViews = viewsOf(file).length > 0
      return eachPart(
        file,
        () => hasViews,
        ({ attributes }) =>
          file.isMultiPart && attributes.has('multiView')
            ? [{ attribute: 'multiView', expected: 'a view attribute in each part', actual: 'multiView' }]
            : [],
      )
    },
  },
  {
    id: 'view-first-part',
    severity: 'error',
    tier: 'header',
    title: 'If any part has `view`, part 0 has one.',
    reason: 'A file whose later parts have views and whose first has none has a picture that belongs to no eye.',
    source: ['VIEW'],
    remedy: 'Set view in the first part too.',
    check(file) {
      if (!file.isMultiPart || !file.parts.some(({ attributes }) => attributes.has('view'))) return null
      return file.parts[0]!.attributes.has('view')
        ? []
        : [{ part: 0, attribute: 'view', expected: 'present', actual: 'absent' }]
    },
  },
  {
    id: 'view-name-form',
    severity: 'error',
    tier: 'header',
    title: 'No dots or spaces in view names.',
    reason: 'The view is a segment of channel names: a dot in it becomes a layer, a space breaks scripts.',
    source: ['VIEW'],
    remedy: 'Rename the view, such as left and right.',
    check(file) {
      const views = viewsOf(file)
      if (views.length === 0) return null
      return views
        .filter((view) => /[.\s]/.test(view))
        .map((view) => ({ expected: 'no dots and no blanks', actual: JSON.stringify(view) }))
    },
  },
  {
    id: 'view-stereo-names',
    severity: 'warn',
    tier: 'header',
    title: 'Stereo eyes are exactly `left` and `right`.',
    reason: 'Hosts know the eyes by these two words; with others they show two pictures and no stereo.',
    source: ['VIEW'],
    remedy: 'Name the views left and right.',
    check(file) {
      const views = viewsOf(file)
      const eyes = views.filter((view) => /^(?:l|r|left|right|le|re|lefteye|righteye|left_eye|right_eye)$/i.test(view))
      if (eyes.length === 0) return null
      return eyes
        .filter((view) => view !== 'left' && view !== 'right')
        .map((view) => ({ expected: 'left or right', actual: view }))
    },
  },
  {
    id: 'view-not-in-channel',
    severity: 'warn',
    tier: 'header',
    title: 'In a multi-part file channel names do not repeat the view name.',
    reason: 'The part says the view already: hosts put both together and show left.left.',
    source: ['VIEW'],
    remedy: 'Take the view out of the channel names.',
    check: (file) =>
      eachPart(
        file,
        (part) => file.isMultiPart && textOf(part, 'view') !== null,
        (part) => {
          const view = textOf(part, 'view')!
          const twice = part.channels.filter(({ channel_name }) => channel_name.split('.').slice(0, -1).includes(view))
          return twice.map(({ channel_name }) => ({
            channel: channel_name,
            expected: `no view ${view} in the name`,
            actual: channel_name,
          }))
        },
      ),
  },
  {
    id: 'view-default-rgba',
    severity: 'warn',
    tier: 'header',
    title: 'In a single-part multi-view file the default view uses bare R, G, B, A.',
    reason: 'Readers that know nothing of views show the bare channels: without them they show nothing.',
    source: ['VIEW'],
    remedy: 'Write the default view as R, G, B, A.',
    check: (file) =>
      eachPart(
        file,
        (part) => !file.isMultiPart && multiView(part) !== null,
        (part) => {
          const [first] = multiView(part)!
          return part.channels
            .filter(({ layer_name, component_name }) => layer_name === first && /^[RGBA]$/.test(component_name))
            .map(({ channel_name, component_name }) => ({
              channel: channel_name,
              expected: component_name,
              actual: channel_name,
            }))
        },
      ),
  },
  {
    id: 'view-layer-order',
    severity: 'warn',
    tier: 'header',
    title: 'In single-part files the view is the last-but-one name segment.',
    reason: 'The convention has the view right before the channel: in another place it is taken for a layer.',
    source: ['VIEW'],
    remedy: 'Rename the channels as layer.view.channel.',
    check: (file) =>
      eachPart(
        file,
        (part) => !file.isMultiPart && (multiView(part)?.length ?? 0) > 1,
        (part) => {
          const views = multiView(part)!
          return part.channels
            .filter(({ channel_name }) =>
              channel_name
                .split('.')
                .slice(0, -2)
                .some((segment) => views.includes(segment)),
            )
            .map(({ channel_name }) => ({
              channel: channel_name,
              expected: 'layer.view.channel',
              actual: channel_name,
            }))
        },
      ),
  },
  {
    id: 'view-same-channels',
    severity: 'warn',
    tier: 'header',
    title: 'All views have the same channels, types and window.',
    reason: 'Stereo tools go through both eyes with one list of channels: what one eye lacks fails or is shown flat.',
    source: ['VIEW'],
    remedy: 'Render the views with the same layers and windows.',
    check(file) {
      if (viewsOf(file).length < 2) return null
      const byView = new Map<string, string[]>()
      const add = (view: string, text: string) => {
        const texts = byView.get(view)
        if (texts === undefined) byView.set(view, [text])
        else texts.push(text)
      }
      for (const part of file.parts) {
        const views = multiView(part)
        const own = textOf(part, 'view')
        for (const channel of part.channels) {
          const view = views === null ? own : viewOf(channel.channel_name, views)
          if (view !== null) add(view, channelKey(channel, view))
        }
        if (own !== null) add(own, `window ${JSON.stringify(part.facts.data_window)}`)
      }
      if (byView.size < 2) return null
      const [[first, wanted], ...others] = [...byView].map(([view, keys]) => [view, keys.sort()] as const) as [
        readonly [string, string[]],
        ...(readonly [string, string[]])[],
      ]
      return others.flatMap(([view, keys]): Finding[] => {
        const missing = wanted.filter((key) => !keys.includes(key))
        const extra = keys.filter((key) => !wanted.includes(key))
        if (missing.length + extra.length === 0) return []
        const actual = [...missing.map((key) => `lacks ${key}`), ...extra.map((key) => `has ${key}`)]
          .slice(0, 6)
          .join(', ')
        return [{ expected: `what view ${first} has`, actual: `view ${view} ${actual}` }]
      })
    },
  },
  {
    id: 'view-single-file-tags',
    severity: 'info',
    tier: 'header',
    title: 'One view per file: both `view` and `multiView` are set to it.',
    reason: 'Of one file an eye there is no other place that says which eye it is than the name of the file.',
    source: ['VIEW'],
    remedy: "Set both view and multiView to the file's view.",
    check: (file) =>
      eachPart(
        file,
        ({ attributes }) =>
          !file.isMultiPart && (attributes.has('view') || attributes.has('multiView')) && viewsOf(file).length === 1,
        (part) => {
          const [view] = viewsOf(file)
          const tagged = textOf(part, 'view') === view && multiView(part)?.[0] === view
          const present = ['view', 'multiView'].filter((name) => part.attributes.has(name)).join(' and ')
          return tagged ? [] : [{ expected: `view and multiView, both ${view}`, actual: `${present} alone` }]
        },
      ),
  },
]

function channelKey({ channel_name, channel_type }: ChannelFacts, view: string): string {
  if (!channel_name.includes(view)) return `${channel_name} ${channel_type}`
  const name = channel_name
    .split('.')
    .filter((segment) => segment !== view)
    .join('.')
  return `${name} ${channel_type}`
}
