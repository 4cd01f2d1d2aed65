export * from './actions.svelte';
export * from './keys';
export * from './sheet';
export * from './sources';
