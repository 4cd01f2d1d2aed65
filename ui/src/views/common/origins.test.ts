import { describe, expect, it } from 'vitest';
import { originGroups } from './origins';

const move = (balance: string, origin: string, kind: string, amount: string) => ({
  balance_id: `bln_${balance}`,
  balance_name: balance,
  origin,
  kind,
  amount,
});
const said = (...moves: ReturnType<typeof move>[]) =>
  originGroups(moves).map(({ name, lines }) => [
    name,
    ...lines.map((one) => `${one.origin}: ${one.what} ${one.minor}`),
  ]);

describe('the origins of a transaction', () => {
  it('stand under the balances they were spent from and came to', () => {
    expect(
      said(
        move('Wallet', 'Grant', 'spent', '100'),
        move('Wallet', 'Sales', 'spent', '20'),
        move('Shop', 'Grant', 'received', '100'),
        move('Shop', 'Sales', 'received', '20'),
      ),
    ).toEqual([
      ['Wallet', 'Grant: Spent 100', 'Sales: Spent 20'],
      ['Shop', 'Grant: Received 100', 'Sales: Received 20'],
    ]);
  });

  it('are what a hold came to: a part committed, a part let go, the rest held', () => {
    const held = [move('Wallet', 'Grant', 'held_out', '60'), move('Shop', 'Grant', 'held_in', '60')];
    expect(said(...held)).toEqual([
      ['Wallet', 'Grant: Held out 60'],
      ['Shop', 'Grant: Held in 60'],
    ]);
    const part = [move('Wallet', 'Grant', 'released_out', '10'), move('Wallet', 'Grant', 'spent', '10')];
    expect(said(...held, ...part)[0]).toEqual(['Wallet', 'Grant: Spent 10', 'Grant: Held out 50']);
    const voided = move('Wallet', 'Grant', 'released_out', '50');
    expect(said(...held, ...part, voided)[0]).toEqual(['Wallet', 'Grant: Spent 10', 'Grant: Let go 50']);
  });

  it('are those of one step where the others are not told', () => {
    const commit = [move('Shop', 'Grant', 'released_in', '10'), move('Shop', 'Grant', 'received', '10')];
    expect(said(...commit)).toEqual([['Shop', 'Grant: Received 10']]);
    expect(said(move('Shop', 'Grant', 'released_in', '7'))).toEqual([['Shop', 'Grant: Let go 7']]);
  });
});
