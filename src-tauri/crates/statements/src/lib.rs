//! Bank files as bytes to statement lines and problems, without I/O
