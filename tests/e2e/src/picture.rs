use crate::{Error, Result};
use std::io::Cursor;

/// The same picture in fewer bytes. Flat areas and text are smallest unfiltered; nothing is lost.
pub(crate) fn packed(shot: &[u8]) -> Result<Vec<u8>> {
    let broken = |error: String| Error::Picture(error);
    let mut decoder = png::Decoder::new(Cursor::new(shot));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|error| broken(error.to_string()))?;
    let size = reader.output_buffer_size().ok_or_else(|| broken("a picture without a size".into()))?;
    let mut pixels = vec![0; size];
    let info = reader.next_frame(&mut pixels).map_err(|error| broken(error.to_string()))?;
    let mut packed = Vec::new();
    let mut encoder = png::Encoder::new(&mut packed, info.width, info.height);
    encoder.set_color(info.color_type);
    encoder.set_depth(info.bit_depth);
    encoder.set_compression(png::Compression::High);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().map_err(|error| broken(error.to_string()))?;
    writer.write_image_data(&pixels[..info.buffer_size()]).map_err(|error| broken(error.to_string()))?;
    writer.finish().map_err(|error| broken(error.to_string()))?;
    Ok(packed)
}
