export * from './actions.svelte';
export * from './enter';
export * from './keys';
export * from './measured';
export * from './sheet';
export * from './sources';
