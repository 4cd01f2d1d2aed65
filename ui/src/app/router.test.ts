import { describe, expect, it } from 'vitest';
import { Router } from './router.svelte';

describe('router', () => {
  it('gives back what a view kept when it is visited again', () => {
    const router = new Router('start');
    router.go('transactions');
    router.keep('grid', { text: '' }).text = 'rent';
    router.go('balances', { id: '7' });
    expect(router.keep('grid', { text: '' }).text).toBe('');
    router.back();
    expect(router.current.view).toBe('transactions');
    expect(router.keep('grid', { text: '' }).text).toBe('rent');
    router.forward();
    expect(router.current).toMatchObject({ view: 'balances', params: { id: '7' } });
  });

  it('goes to a place again once something else is shown there', () => {
    const router = new Router('start');
    router.go('monitors', { tab: 'alerts' });
    router.keep('monitors', { tab: 'alerts' }).tab = 'webhooks';
    const { id } = router.entry;
    router.note({ tab: 'webhooks' });
    expect(router.entry.id).toBe(id);
    expect(router.keep('monitors', { tab: 'alerts' }).tab).toBe('webhooks');
    router.go('monitors', { tab: 'alerts' });
    expect(router.entry.id).not.toBe(id);
    router.back();
    expect(router.current).toMatchObject({ view: 'monitors', params: { tab: 'webhooks' } });
  });

  it('drops the forward part on a new step and does not repeat the place it is at', () => {
    const router = new Router('start');
    router.go('a');
    router.go('b');
    router.back();
    router.go('a');
    expect(router.canForward).toBe(true);
    router.go('c');
    expect(router.canForward).toBe(false);
    router.back();
    expect(router.current.view).toBe('a');
  });
});
