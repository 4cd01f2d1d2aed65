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

/** The widest amount each column held so far: a column that grew keeps its width while rows pass by. */
export class AmountWidths {
  readonly #widest = new Map<string, number>();
  #drawn = '';

  /** Another filter holds other amounts. */
  forget(): void {
    this.#widest.clear();
  }

  of(id: string, values: readonly MoneyValue[], style: AmountStyle): number {
    const drawn = `${style.textSize}/${style.negatives}`;
    if (drawn !== this.#drawn) this.forget();
    this.#drawn = drawn;
    const whole = ({ minor, exponent }: MoneyValue): number => minor.length - exponent;
    // An amount with two whole digits fewer than the longest is never the widest.
    const longest = values.reduce((most, value) => Math.max(most, whole(value)), 0);
    const wide = values.filter((value) => whole(value) >= longest - 2);
    const widest = Math.max(this.#widest.get(id) ?? 0, ...wide.map((value) => amountWidth(value, style)));
    this.#widest.set(id, widest);
    return widest;
  }
}
