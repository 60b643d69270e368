(** The claims about second derivatives of a network's passes, as CompareNetwork.v has those of the first. *)

From Coq Require Import Reals Lra.
From Analog Require Import Sums InnerProduct Stages SecondOrder CompareNetwork.
Local Open Scope R_scope.

Lemma abs_by_squares a b : 0 <= b -> a ^ 2 <= b ^ 2 -> Rabs a <= b.
Proof. intros Hb L. rewrite <- (Rabs_pos_eq b Hb). apply Rsqr_le_abs_0. rewrite !Rsqr_pow2. exact L. Qed.

Lemma outer_by_squares {H U V : space} (z : H) (u : U) (v : V) :
  inner z z <= inner u u * inner v v -> norm z <= norm u * norm v.
Proof.
  intros L. apply norm_le; [apply Rmult_le_pos; apply norm_nonneg|]. rewrite Rpow_mult_distr, !norm_sq. exact L.
Qed.

Lemma compare_network_second_product {Hp Hb Ha Hc : space} (e_both e_m e_two t_m u_m w_m : R)
  (Tx_one Ux_two Wx_both : Hp) (x_both : Hb) (x_one : Ha) (x_two : Hc) :
  0 <= u_m -> 0 <= t_m -> 0 <= w_m -> 0 <= e_m -> 0 <= e_two -> 0 <= e_both ->
  inner x_one x_one <= e_m ^ 2 -> inner x_two x_two <= e_two ^ 2 -> inner x_both x_both <= e_both ^ 2 ->
  inner Ux_two Ux_two <= inner x_two x_two * u_m ^ 2 -> inner Tx_one Tx_one <= inner x_one x_one * t_m ^ 2 ->
  inner Wx_both Wx_both <= inner x_both x_both * w_m ^ 2 ->
  inner Tx_one Tx_one + inner Ux_two Ux_two + inner Wx_both Wx_both + 2 * inner Tx_one Ux_two
  + 2 * inner Tx_one Wx_both + 2 * inner Ux_two Wx_both <= (e_both * w_m + e_m * t_m + e_two * u_m) ^ 2.
Proof.
  intros Hu Ht Hw He1 He2 He12 L1 L2 L12 A B C.
  pose proof (squared _ _ (product_bends Ux_two Tx_one Wx_both x_one x_two x_both u_m t_m w_m e_m e_two e_both Hu Ht Hw
    (norm_le _ _ He1 L1) (norm_le _ _ He2 L2) (norm_le _ _ He12 L12) (short_by_squares _ _ _ Hu A)
    (short_by_squares _ _ _ Ht B) (short_by_squares _ _ _ Hw C))) as S.
  rewrite !inner_plus, !inner_plus_r, (inner_sym Ux_two Tx_one), (inner_sym Wx_both Ux_two),
    (inner_sym Wx_both Tx_one) in S.
  replace ((e_both * w_m + e_m * t_m + e_two * u_m) ^ 2) with ((u_m * e_two + t_m * e_m + w_m * e_both) ^ 2) by ring.
  lra.
Qed.

Lemma compare_network_second_output (TC : Type) (Crd : functional TC) (curvature curve inside out : TC -> R) (p0 p1 : R)
  (z_one_i z_two_i : TC -> R) (zeta_both zeta_m zeta_two : R)
  (bend turn z_both z_two : lift Crd (fun _ => real_space)) :
  (forall c, support Crd c -> curve c = (bend c : R)) -> (forall c, support Crd c -> z_two_i c = (z_two c : R)) ->
  (forall c, support Crd c -> out c = (turn c : R)) -> (forall c, support Crd c -> inside c = (z_both c : R)) ->
  0 <= p0 -> 0 <= p1 -> 0 <= zeta_m -> 0 <= zeta_two -> 0 <= zeta_both ->
  (forall c, support Crd c -> curvature c ^ 2 <= p1 ^ 2) -> (forall c, support Crd c -> z_one_i c ^ 2 <= zeta_m ^ 2) ->
  inner z_two z_two <= zeta_two ^ 2 -> inner z_both z_both <= zeta_both ^ 2 ->
  (forall c, support Crd c -> out c ^ 2 <= inside c ^ 2 * p0 ^ 2) ->
  (forall c, support Crd c -> curve c = curvature c * z_one_i c * z_two_i c) ->
  inner bend bend + inner turn turn + 2 * inner bend turn <= (p0 * zeta_both + p1 * zeta_m * zeta_two) ^ 2.
Proof.
  intros Curve Two Out In H0 H1 Hz Hz2 Hz12 Second One L2 L12 Slope Made.
  replace (p0 * zeta_both + p1 * zeta_m * zeta_two) with (p1 * zeta_m * zeta_two + p0 * zeta_both) by ring.
  apply sum_squared. apply (output_bends Crd p0 p1 H0 H1 bend turn z_two z_both curvature z_one_i);
    auto using norm_le, abs_by_squares.
  - intros c S. rewrite <- Curve, <- Two by exact S. auto.
  - intros c S. rewrite <- Out, <- In by exact S. apply by_squares; auto.
Qed.

Lemma compare_network_second_backward (TC : Type) (Crd : functional TC)
  (curvature curve_both curve_one curve_three curve_two : TC -> R) (eta_both eta_m eta_one eta_two : R) (out : TC -> R)
  (p0 p1 p2 : R) (twist y_both_i y_i y_one_i y_two_i z_both_i z_one_i z_two_i : TC -> R) (zeta_both zeta_m zeta_two : R)
  (bend_both bend_one bend_three bend_two turn y_both y_two z_both z_two : lift Crd (fun _ => real_space)) :
  (forall c, support Crd c -> z_two_i c = (z_two c : R)) -> (forall c, support Crd c -> z_both_i c = (z_both c : R)) ->
  (forall c, support Crd c -> y_two_i c = (y_two c : R)) -> (forall c, support Crd c -> y_both_i c = (y_both c : R)) ->
  (forall c, support Crd c -> out c = (turn c : R)) ->
  (forall c, support Crd c -> curve_three c = (bend_three c : R)) ->
  (forall c, support Crd c -> curve_both c = (bend_both c : R)) ->
  (forall c, support Crd c -> curve_one c = (bend_one c : R)) ->
  (forall c, support Crd c -> curve_two c = (bend_two c : R)) ->
  0 <= p0 -> 0 <= p1 -> 0 <= p2 -> 0 <= zeta_m -> 0 <= zeta_two -> 0 <= zeta_both ->
  0 <= eta_m -> 0 <= eta_one -> 0 <= eta_two -> 0 <= eta_both ->
  (forall c, support Crd c -> curvature c ^ 2 <= p1 ^ 2) -> (forall c, support Crd c -> twist c ^ 2 <= p2 ^ 2) ->
  (forall c, support Crd c -> z_one_i c ^ 2 <= zeta_m ^ 2) -> (forall c, support Crd c -> y_i c ^ 2 <= eta_m ^ 2) ->
  (forall c, support Crd c -> y_one_i c ^ 2 <= eta_one ^ 2) ->
  inner z_two z_two <= zeta_two ^ 2 -> inner z_both z_both <= zeta_both ^ 2 -> inner y_two y_two <= eta_two ^ 2 ->
  inner y_both y_both <= eta_both ^ 2 -> (forall c, support Crd c -> out c ^ 2 <= p0 ^ 2 * y_both_i c ^ 2) ->
  (forall c, support Crd c -> curve_three c = twist c * y_i c * z_one_i c * z_two_i c) ->
  (forall c, support Crd c -> curve_both c = curvature c * y_i c * z_both_i c) ->
  (forall c, support Crd c -> curve_one c = curvature c * y_two_i c * z_one_i c) ->
  (forall c, support Crd c -> curve_two c = curvature c * y_one_i c * z_two_i c) ->
  inner bend_both bend_both + inner bend_one bend_one + inner bend_three bend_three + inner bend_two bend_two
  + inner turn turn + 2 * inner bend_both bend_one + 2 * inner bend_both bend_three + 2 * inner bend_both bend_two
  + 2 * inner bend_both turn + 2 * inner bend_one bend_three + 2 * inner bend_one bend_two + 2 * inner bend_one turn
  + 2 * inner bend_three bend_two + 2 * inner bend_three turn + 2 * inner bend_two turn
  <= (eta_both * p0 + eta_m * p1 * zeta_both + eta_one * p1 * zeta_two + eta_two * p1 * zeta_m
      + eta_m * p2 * zeta_m * zeta_two) ^ 2.
Proof.
  intros Z2 Z12 Y2 Y12 Out C3 C12 C1 C2 H0 H1 H2 Hz Hz2 Hz12 Hy Hy1 Hy2 Hy12 Second Third One Arr Arr1 L2 L12 LY2 LY12
    Slope M3 M12 M1 M2.
  assert (S : norm (plus (plus (plus (plus bend_three bend_both) bend_one) bend_two) turn)
    <= p2 * zeta_m * eta_m * zeta_two + p1 * eta_m * zeta_both + p1 * zeta_m * eta_two + p1 * eta_one * zeta_two
       + p0 * eta_both).
  { apply (message_bends Crd p0 p1 p2 H0 H1 H2 bend_three bend_both bend_one bend_two turn z_two z_both y_two y_both
      twist curvature z_one_i y_i y_one_i); auto using norm_le, abs_by_squares; intros c Sc.
    - rewrite <- C3, <- Z2 by exact Sc.
      assert (E : curve_three c = twist c * z_one_i c * y_i c * z_two_i c)
        by (rewrite M3 by exact Sc; ring).
      exact E.
    - rewrite <- C12, <- Z12 by exact Sc.
      assert (E : curve_both c = curvature c * y_i c * z_both_i c)
        by (rewrite M12 by exact Sc; ring).
      exact E.
    - rewrite <- C1, <- Y2 by exact Sc.
      assert (E : curve_one c = curvature c * z_one_i c * y_two_i c)
        by (rewrite M1 by exact Sc; ring).
      exact E.
    - rewrite <- C2, <- Z2 by exact Sc.
      assert (E : curve_two c = curvature c * y_one_i c * z_two_i c)
        by (rewrite M2 by exact Sc; ring).
      exact E.
    - rewrite <- Out, <- Y12 by exact Sc. apply by_squares; [exact H0|]. rewrite Rmult_comm. auto. }
  apply squared in S. rewrite !inner_plus, !inner_plus_r in S.
  rewrite (inner_sym bend_three bend_both), (inner_sym bend_three bend_one), (inner_sym bend_one bend_both),
    (inner_sym bend_two bend_three),
    (inner_sym bend_two bend_both), (inner_sym bend_two bend_one), (inner_sym turn bend_three),
    (inner_sym turn bend_both), (inner_sym turn bend_one), (inner_sym turn bend_two) in S.
  replace (eta_both * p0 + eta_m * p1 * zeta_both + eta_one * p1 * zeta_two + eta_two * p1 * zeta_m
    + eta_m * p2 * zeta_m * zeta_two) with (p2 * zeta_m * eta_m * zeta_two + p1 * eta_m * zeta_both
    + p1 * zeta_m * eta_two + p1 * eta_one * zeta_two + p0 * eta_both) by ring.
  lra.
Qed.

Lemma compare_network_second_sensitivity {Hd Hd12 Hp Hd1 Hd2 Hx Hx12 Hx1 Hx2 : space} (D_m X_m beta_both beta_m beta_two
  e_both e_m e_two : R) (delta : Hd) (delta_both : Hd12) (delta_both_x : Hp) (delta_one : Hd1) (delta_one_x_two : Hp)
  (delta_two : Hd2) (delta_two_x_one delta_x_both : Hp) (x : Hx) (x_both : Hx12) (x_one : Hx1) (x_two : Hx2) :
  0 <= X_m -> 0 <= D_m -> 0 <= e_m -> 0 <= e_two -> 0 <= e_both -> 0 <= beta_m -> 0 <= beta_two -> 0 <= beta_both ->
  inner x x <= X_m ^ 2 -> inner x_one x_one <= e_m ^ 2 -> inner x_two x_two <= e_two ^ 2 ->
  inner x_both x_both <= e_both ^ 2 -> inner delta delta <= D_m ^ 2 -> inner delta_one delta_one <= beta_m ^ 2 ->
  inner delta_two delta_two <= beta_two ^ 2 -> inner delta_both delta_both <= beta_both ^ 2 ->
  inner delta_both_x delta_both_x <= inner delta_both delta_both * inner x x ->
  inner delta_one_x_two delta_one_x_two <= inner delta_one delta_one * inner x_two x_two ->
  inner delta_two_x_one delta_two_x_one <= inner delta_two delta_two * inner x_one x_one ->
  inner delta_x_both delta_x_both <= inner delta delta * inner x_both x_both ->
  inner delta_both_x delta_both_x + inner delta_one_x_two delta_one_x_two + inner delta_two_x_one delta_two_x_one
  + inner delta_x_both delta_x_both + 2 * inner delta_both_x delta_one_x_two + 2 * inner delta_both_x delta_two_x_one
  + 2 * inner delta_both_x delta_x_both + 2 * inner delta_one_x_two delta_two_x_one
  + 2 * inner delta_one_x_two delta_x_both + 2 * inner delta_two_x_one delta_x_both
  <= (D_m * e_both + X_m * beta_both + beta_m * e_two + beta_two * e_m) ^ 2.
Proof.
  intros HX HD He1 He2 He12 Hb1 Hb2 Hb12 X E1 E2 E12 Dl B1 B2 B12 O1 O2 O3 O4.
  assert (S : norm (plus (plus (plus delta_both_x delta_one_x_two) delta_two_x_one) delta_x_both)
    <= beta_both * X_m + beta_m * e_two + beta_two * e_m + D_m * e_both).
  { apply (gradient_bends delta_x_both delta_one_x_two delta_two_x_one delta_both_x delta delta_one delta_two delta_both
      x x_one x_two x_both); auto using norm_le, outer_by_squares. }
  apply squared in S. rewrite !inner_plus, !inner_plus_r in S.
  rewrite (inner_sym delta_one_x_two delta_both_x), (inner_sym delta_two_x_one delta_both_x),
    (inner_sym delta_two_x_one delta_one_x_two), (inner_sym delta_x_both delta_both_x),
    (inner_sym delta_x_both delta_one_x_two), (inner_sym delta_x_both delta_two_x_one) in S.
  replace (D_m * e_both + X_m * beta_both + beta_m * e_two + beta_two * e_m) with
    (beta_both * X_m + beta_m * e_two + beta_two * e_m + D_m * e_both) by ring.
  lra.
Qed.

Lemma compare_network_second_order (TS : Type) (Stg : functional TS) {Hu Ht : space} (H2 : R)
  (stage_gap stage_norm : TS -> R) (gap : lift Stg (fun _ => real_space)) (moved_one : Hu) (moved_two : Ht)
  (stage_norms : lift Stg (fun _ => real_space)) :
  (forall m, support Stg m -> stage_gap m = (gap m : R)) ->
  (forall m, support Stg m -> stage_norm m = (stage_norms m : R)) ->
  (forall m, support Stg m ->
    stage_gap m ^ 2 <= inner moved_one moved_one * inner moved_two moved_two * stage_norm m ^ 2) ->
  inner stage_norms stage_norms <= H2 ^ 2 ->
  inner gap gap <= inner moved_one moved_one * inner moved_two moved_two * H2 ^ 2.
Proof.
  intros Gap Norm Le L. set (far := norm moved_one * norm moved_two).
  assert (Pf : 0 <= far) by (apply Rmult_le_pos; apply norm_nonneg).
  assert (Far : far ^ 2 = inner moved_one moved_one * inner moved_two moved_two)
    by (unfold far; rewrite Rpow_mult_distr, !norm_sq; reflexivity).
  assert (S : norm gap <= Rabs H2 * far).
  { apply (direction_bends Stg gap stage_norms).
    - intros m Hm. rewrite <- Gap, <- Norm, Rmult_comm by exact Hm. apply by_squares; [exact Pf|].
      fold far. rewrite Far, Rmult_comm. auto.
    - apply norm_le; [apply Rabs_pos|]. rewrite pow2_abs. exact L. }
  apply squared in S. rewrite Rpow_mult_distr, pow2_abs, Far in S. lra.
Qed.
