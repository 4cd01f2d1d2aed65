import { describe, expect, it } from 'vitest';
import { BackendError } from './backend';

describe('a refusal of the shell', () => {
  it('gives each field its first problem by name', () => {
    const fields = [
      { field: 'amount', message: 'Enter an amount.' },
      { field: 'amount', message: 'It must be above zero.' },
      { field: 'source', message: 'Choose where the money comes from.' },
    ];
    const error = BackendError.from({
      code: 'INVALID_INPUT',
      message: 'Two fields are wrong.',
      detail: null,
      fields,
    });
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.fields).toEqual({
      amount: 'Enter an amount.',
      source: 'Choose where the money comes from.',
    });
  });

  it('has no fields when the list is empty', () => {
    expect(BackendError.from({ code: 'X', message: 'No.', fields: [] }).fields).toEqual({});
  });
});
