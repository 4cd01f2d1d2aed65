import { EN_DASH, formatMinor, fractionPadding, isNegative, isZero, type MoneyValue } from '../money';

/** What decides how an amount is written; `Money` writes it by the same rules. */
export interface AmountStyle {
  /** Widest fraction of the column. */
  pad: number;
  strong: boolean;
  negatives: 'minus' | 'parentheses';
  /** Percent. */
  textSize: number;
  locale?: string;
}

const BODY_PX = 13;
/** Digits are 0.6 em wide in the interface font; used where nothing can be measured. */
const DIGIT_EM = 0.6;
let context: CanvasRenderingContext2D | null | undefined;
let family = '';

/** Width in px at 100 % text size, in the interface font. */
export function textWidth(text: string, weight = 400): number {
  if (context === undefined && typeof document !== 'undefined') {
    context = document.createElement('canvas').getContext('2d');
    family = getComputedStyle(document.documentElement).getPropertyValue('--font-ui') || 'sans-serif';
  }
  if (!context) return text.length * BODY_PX * DIGIT_EM;
  context.font = `${weight} ${BODY_PX}px ${family}`;
  return context.measureText(text).width;
}

const HEAD_PX = 11;
const CELL_PADDING = 16;
const SORT_MARK = 16;

/** Px a head needs to be read whole, at a text size of 100 %; one that sorts has its mark beside it. */
export const headWidth = (head: string, sortable: boolean): number =>
  Math.ceil((textWidth(head, 600) * HEAD_PX) / BODY_PX) + CELL_PADDING + (sortable ? SORT_MARK : 0);

/** Px that a column needs for its longest text, within bounds. */
export const textRoom = (texts: Iterable<string>, least: number, most: number): number => {
  let room = least;
  for (const text of new Set(texts)) {
    room = Math.max(room, Math.ceil(textWidth(text)) + CELL_PADDING + 2);
    if (room >= most) return most;
  }
  return room;
};

/** Room that an amount takes in its cell, invisible padding included. */
export function amountWidth(value: MoneyValue & { proven?: boolean }, style: AmountStyle): number {
  const dash = !value.proven && isZero(value.minor);
  const { negatives, locale } = style;
  const options = locale === undefined ? { negatives } : { negatives, locale };
  const shown = dash ? EN_DASH : formatMinor(value.minor, value.exponent, options);
  const tail = fractionPadding(dash ? 0 : value.exponent, style.pad);
  // In parentheses every amount keeps the width of the closing one.
  const close = negatives === 'parentheses' && !isNegative(value.minor) ? ')' : '';
  return (textWidth(shown + tail + close, style.strong ? 600 : 400) * style.textSize) / 100;
}

interface Widest {
  /** Of the amounts that can fit. */
  fitting: number;
  /** Of all. */
  any: number;
  /** What could fit when these were found. */
  most: number;
}

/** The widest amounts each column held so far: a column that grew keeps its width while rows pass by. */
export class AmountWidths {
  readonly #held = new Map<string, Widest>();
  #drawn = '';

  /** Another filter holds other amounts. */
  forget(): void {
    this.#held.clear();
  }

  /**
   * The widest amounts of a column in which at most `most` px can be had. One that fits nowhere is never shown whole
   * and must not take the room of the others.
   */
  of(id: string, values: readonly MoneyValue[], style: AmountStyle, most: number): Widest {
    const drawn = `${style.textSize}/${style.negatives}`;
    if (drawn !== this.#drawn) this.forget();
    this.#drawn = drawn;
    const held = this.#held.get(id);
    const found: Widest = held?.most === most ? { ...held } : { fitting: 0, any: held?.any ?? 0, most };
    const length = ({ minor, exponent }: MoneyValue): number => minor.length - exponent;
    let enough = Number.NEGATIVE_INFINITY;
    for (const value of [...values].sort((a, b) => length(b) - length(a))) {
      // An amount with two whole digits fewer than one that fits is never wider than it.
      if (length(value) < enough) break;
      const width = amountWidth(value, style);
      found.any = Math.max(found.any, width);
      if (width > most) continue;
      found.fitting = Math.max(found.fitting, width);
      enough = Math.max(enough, length(value) - 2);
    }
    this.#held.set(id, found);
    return found;
  }
}
