//! Rules about HTTP APIs.

pub(in crate::change) mod api_rewritten;
pub(in crate::change) mod callback_changed;
pub(in crate::change) mod encoding_changed;
pub(in crate::change) mod media_type_added;
pub(in crate::change) mod media_type_removed;
pub(in crate::change) mod media_type_schema_changed;
pub(in crate::change) mod operation_added;
pub(in crate::change) mod operation_deprecated;
pub(in crate::change) mod operation_id_changed;
pub(in crate::change) mod operation_removed;
pub(in crate::change) mod parameter_added;
pub(in crate::change) mod parameter_removed;
pub(in crate::change) mod parameter_required_changed;
pub(in crate::change) mod parameter_style_changed;
pub(in crate::change) mod request_body_changed;
pub(in crate::change) mod response_added;
pub(in crate::change) mod response_header_changed;
pub(in crate::change) mod response_removed;
pub(in crate::change) mod security_changed;
pub(in crate::change) mod security_scheme_changed;
pub(in crate::change) mod server_changed;
pub(in crate::change) mod stability_lowered;
pub(in crate::change) mod sunset_changed;
