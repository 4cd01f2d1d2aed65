export * from './actions.svelte';
export * from './keys';
export * from './sources';
